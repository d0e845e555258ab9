import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plant } from "../support/paths.ts";
import { cnnc, cnncHere, cnncJson } from "./cnnc.ts";

const sizes = "test/cli/networks/sizes.cnn";
const data = ["--data", "examples/data"];
let folder = "";
const inFolder = (name: string): string => path.join(folder, name);

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-sweep-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Swept {
  readonly trials: readonly {
    readonly name: string;
    readonly weights: string;
    readonly results: readonly { readonly epochs: number; readonly score: { readonly value: number } }[];
    readonly state: string;
    readonly failed?: string;
  }[];
}

/** Four points of two networks; two of them go on after the first of two epochs. */
const four = [
  "sweep",
  sizes,
  ...data,
  "--sweep",
  "width=2,4",
  "--sweep",
  "batch=150,300",
  "--epochs",
  "2",
  "--halve",
  "1",
];
const shown = ({ trials }: Swept): object[] => trials.map(({ name, results, state }) => ({ name, results, state }));

describe("cnnc sweep", () => {
  test("trains all points, goes on with the better half, and shows what they cost", async () => {
    const { code, stdout, stderr } = await cnnc([...four, "--out", inFolder("four")]);
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines.filter((line) => line.startsWith("round 1/2  "))).toHaveLength(4);
    expect(lines[0]).toMatch(/^round 1\/2 {2}1\/4 {2}width=2 batch=150 {2}1 epoch {2}accuracy \d+\.\d% {2}/);
    expect(lines.filter((line) => /^round 2\/2 {2}[12]\/2 {2}.* {2}2 epochs {2}/.test(line))).toHaveLength(2);
    expect(lines[6]).toMatch(/^ +width +batch +accuracy +MACs +parameters +epochs +time +best for its$/);
    expect(lines[8]).toMatch(/^1 +[24] +(150|300) +\d+\.\d% +[\d,]+ +[\d,]+ +2\/2 .* MACs, parameters$|^1 /);
    expect(stdout).toMatch(/\nbest: width=\d batch=\d+, accuracy \d+\.\d%, weights in .*[1-4]\.safetensors\nplot in /);
    // Checkpoints of those that were left behind are gone.
    const left = fs.readdirSync(inFolder("four")).filter((name) => name.endsWith(".safetensors"));
    expect([left.length, fs.existsSync(inFolder("four/sweep.svg"))]).toEqual([2, true]);
  });

  test("shows what is done without doing it again", async () => {
    const before = fs.readFileSync(inFolder("four/sweep.json"), "utf8");
    const { stdout } = await cnnc([...four, "--out", inFolder("four"), "--quiet"]);
    expect(stdout).toMatch(/^ +width +batch/);
    expect(fs.readFileSync(inFolder("four/sweep.json"), "utf8")).toBe(before);
  });

  test("gives the weights that cnnc train would give", async () => {
    const { trials } = await cnncJson<Swept>([...four, "--out", inFolder("four")]);
    const [, width = "", batch = ""] = /width=(\d) batch=(\d+)/.exec(trials[0]!.name) ?? [];
    const out = inFolder("trained.safetensors");
    await cnnc(["train", sizes, ...data, "--set", `width=${width}`, "--batch", batch, "--epochs", "2", "--out", out]);
    expect(fs.readFileSync(trials[0]!.weights).equals(fs.readFileSync(out))).toBe(true);
  });

  test.each(["SIGKILL", "SIGINT"] as const)("goes on after %s with the same results", async (signal) => {
    const whole = await cnncJson<Swept>([...four, "--out", inFolder("four")]);
    const args = [...four, "--out", inFolder(signal)];
    let sent = false;
    const stopped = await cnnc(args, {
      onOutput: (stdout, kill) => {
        if (sent || !stdout.includes("3/4")) return;
        sent = true;
        kill(signal);
      },
    });
    expect(stopped.code).toBe(signal === "SIGKILL" ? null : 130);
    if (signal === "SIGINT") expect(stopped.stderr).toContain("stopped; the same command goes on");
    const { stdout } = await cnnc(args);
    expect(stdout).not.toContain("2/4");
    expect(shown(await cnncJson<Swept>(args))).toEqual(shown(whole));
  });

  test("refuses a folder in which another one is at work", async () => {
    const args = [...four, "--out", inFolder("shared")];
    let second: ReturnType<typeof cnnc> | undefined;
    const first = await cnnc(args, {
      onOutput: (_stdout, kill) => {
        second ??= cnnc(args).finally(() => kill("SIGKILL"));
      },
    });
    expect(await second).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: another sweep is at work in ${inFolder("shared")}\nhelp: wait for it, or name another folder by --out\n`,
    });
    // However the first one ends, the folder is free then.
    expect(first.code).toBe(null);
    expect((await cnnc([...args, "--seed", "3"])).stderr).toContain("holds another sweep");
  });

  test("refuses a folder with another sweep, or with something else", async () => {
    const other = await cnnc([...four, "--out", inFolder("four"), "--seed", "3"]);
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(/another sweep: its seed is 0, here 3\n.*--out/),
    ]);
    plant(inFolder("damaged"), { "sweep.json": "{" });
    const damaged = await cnnc([...four, "--out", inFolder("damaged")]);
    expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringContaining("is not the record of a sweep")]);
  });

  test("leaves out points that do not check or diverge, and says so", async () => {
    const args = ["sweep", sizes, ...data, "--sweep", "depth=1,5", "--sweep", "lr=0.05,1e30", "--epochs", "1"];
    const { code, stderr, stdout } = await cnnc([...args, "--out", inFolder("left-out")]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: depth=5 lr=0\.05 is left out: .*sizes\.cnn:9: CNN302: /);
    expect(stderr).toMatch(
      /warning: depth=1 lr=1e30: the loss became (NaN|Infinity) in step \d+, in epoch 1: .*goes on without it/,
    );
    expect(stdout.match(/failed/g)).toHaveLength(3);
    const { trials } = await cnncJson<Swept>([...args, "--out", inFolder("left-out")]);
    expect(trials.map(({ state }) => state)).toEqual(["whole", "failed", "failed", "failed"]);
  });

  test("fails where no point checks, with the place", async () => {
    const { code, stderr } = await cnncHere([
      "sweep",
      sizes,
      ...data,
      "--sweep",
      "depth=8,9",
      "--out",
      inFolder("none"),
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("error[CNN302]")]);
    expect(fs.existsSync(inFolder("none"))).toBe(false);
  });

  test.each([
    [["--sweep", "dept=1..3"], /dept is neither a parameter .*\n.*did you mean depth\?/],
    [
      ["--sweep", "size=1..3"],
      /the model has depth, width, lr, the training batch, epochs, seed; .*model Net\(size=1\)/,
    ],
    [["--sweep", "depth=1..3", "--set", "depth=2"], /depth is swept, and fixed too/],
    [["--sweep", "batch=8", "--batch", "16"], /batch is swept, and fixed too/],
    [["--sweep", "batch=0"], /batch=0: It must be a whole number/],
    [["--sweep", "depth=1..2000"], /2000 points, 1000 at most .*\n.*--random/],
    [["--sweep", "depth=1,2", "--halve", "3"], /it needs 8, depth=1 has 4\n.*--halve 2/],
    [["--sweep", "depth=1,2", "--validation", "0"], /no sample is kept aside/],
    [["--sweep", "depth=1,2", "--eta", "1"], /2 or more/],
    [[], /required option '--sweep/],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stderr } = await cnncHere(["sweep", sizes, ...data, ...args, "--out", inFolder("unused")]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
