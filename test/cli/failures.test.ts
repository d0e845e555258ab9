import { spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { openSafetensors } from "../../runtime/index.ts";
import { suiteFolder } from "../compile/lenet.ts";
import { idx } from "../support/idx.ts";
import { npy } from "../support/npy.ts";
import { plant } from "../support/paths.ts";
import { cnnc, type RunOptions } from "./cnnc.ts";
import { shades } from "./shades.ts";

/** What `cnnc train` says and leaves when something fails in the middle of it: docs/training.md has the same as a table. */

const folder = suiteFolder();
const at = (name: string): string => path.join(folder, name);
const bytes = (name: string): Buffer => fs.readFileSync(at(name));
const train = (...more: string[]): string[] => ["train", at("shades.cnn"), "--data", at("data"), ...more];

const network = String(shades["shades.cnn"]);
const sums = `cnn 1
model Sums {
  input x: f32[2]
  sum = x -> dense(1)
  output y: f32[1] = sum
  train { loss = mse(sum, y)  optimizer = sgd(lr=0.1)  batch = 4  epochs = 3 }
}
`;

beforeAll(async () => {
  plant(folder, {
    ...shades,
    "wild.cnn": network.replace("lr=0.1", "lr=1e38"),
    "sums.cnn": sums,
  });
  // From here on it comes from the cache, which needs no room.
  expect((await cnnc(train("--quiet", "--out", at("whole.safetensors")))).code).toBe(0);
});

describe("numbers that are none", () => {
  const told = (code: number | null, stderr: string) => {
    const [, step = ""] = /^error: the loss became (?:NaN|Infinity) in step (\d+), in epoch \d: /.exec(stderr) ?? [];
    expect([code, Number(step) > 0], stderr).toEqual([1, true]);
    return Number(step);
  };
  const anew = "change the network or its data and train anew";

  test("end a run with exit status 1, and replace no checkpoint", async () => {
    const out = at("wild.safetensors");
    const run = ["train", at("wild.cnn"), "--data", at("data"), "--checkpoint", "0", "--out", out];
    const { code, stderr } = await cnnc(run);
    const step = told(code, stderr);
    expect(stderr).toContain(
      ": a smaller learning rate, a warm-up or `clip = norm(1)` in the train section may help\n" +
        `help: ${anew}; ${out} still has the checkpoint of step ${step - 1}, before that\n`,
    );
    using kept = openSafetensors(out);
    expect(kept.metadata["step"]).toBe(String(step - 1));
    for (const name of ["logits.dense1.weight", "logits.dense1.bias"])
      expect((kept.read(name) as Float32Array).every(Number.isFinite)).toBe(true);
  });

  test("in the data are told by the name of the input", async () => {
    const numbers = Float32Array.from({ length: 80 }, (_, i) => (i === 51 ? NaN : i / 80));
    plant(folder, {
      "nan/train-x.npy": npy("<f4", [40, 2], numbers),
      "nan/train-y.npy": npy("<f4", [40, 1], new Float32Array(40)),
    });
    const out = at("nan.safetensors");
    const run = ["train", at("sums.cnn"), "--data", at("nan"), "--validation", "0", "--checkpoint", "0", "--out", out];
    const why = ": the data hold numbers that are not finite, for x\nhelp: ";
    const all = await cnnc([...run, "--batch", "40"]);
    expect([told(all.code, all.stderr), fs.existsSync(out)]).toEqual([1, false]);
    expect(all.stderr).toContain(`${why}nothing was written; ${anew}\n`);
    const { code, stderr } = await cnnc(run);
    const kept = `${out} still has the checkpoint of step ${told(code, stderr) - 1}, before that`;
    expect(stderr).toContain(`${why}${anew}; ${kept}\n`);
  });
});

/** From now on, no file of the process may be larger; a limit is a disk that is full for this one process. */
function limit(child: ChildProcess, size: number | "unlimited"): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(child.pid), `--fsize=${size}:unlimited`]);
  expect([status, String(stderr)]).toEqual([0, ""]);
}

/** The disk is full once the first epoch has been told of; `then` is called with the first warning. */
function fullDisk(size: number, then?: (child: ChildProcess) => void): RunOptions {
  let [full, warned] = [false, false];
  let running: ChildProcess;
  return {
    onStart: (child) => {
      running = child;
      child.stderr?.on("data", () => {
        if (!warned) then?.(child);
        warned = true;
      });
    },
    onOutput: () => {
      if (!full) limit(running, size);
      full = true;
    },
  };
}

describe("a full disk", () => {
  const reason = "cannot be written: EFBIG: file too large, write";
  const warning = (out: string) =>
    new RegExp(
      `^warning: ${out} ${reason}; training goes on and will try again: make room there. ` +
        `${out} has the checkpoint of step ([\\d,]+)\n`,
    );
  const many = ["--epochs", "400", "--seed", "3"];
  let whole: Buffer;
  beforeAll(async () => {
    await cnnc(train(...many, "--quiet", "--out", at("many.safetensors")));
    whole = bytes("many.safetensors");
  });

  test("is told of once, and at the end with exit status 2; the run can be brought to its end", async () => {
    const out = at("full.safetensors");
    const { code, stderr } = await cnnc(train(...many, "--out", out), fullDisk(100));
    expect(code).toBe(2);
    const [told, step] = warning(out).exec(stderr)!;
    expect(stderr.slice(told.length)).toBe(
      `error: ${out} ${reason}\n` +
        `help: make room there; then go on with --resume ${out} (${out} has the checkpoint of step ${step})\n`,
    );
    expect(fs.readdirSync(folder).filter((name) => name.startsWith("full"))).toEqual(["full.safetensors"]);
    const rest = await cnnc(train("--resume", out, "--quiet", "--out", out));
    expect([rest.code, rest.stderr, bytes("full.safetensors").equals(whole)]).toEqual([0, "", true]);
  });

  test("for a while leaves the run as if it had not been", async () => {
    const out = at("while.safetensors");
    const disk = fullDisk(100, (child) => limit(child, "unlimited"));
    const { code, stderr } = await cnnc(train(...many, "--out", out), disk);
    expect([code, stderr.replace(warning(out), "")]).toEqual([0, ""]);
    expect(bytes("while.safetensors").equals(whole)).toBe(true);
  });

  test("does not keep a run from being stopped", async () => {
    const out = at("stopped.safetensors");
    const disk = fullDisk(100, (child) => child.kill("SIGINT"));
    const { code, stderr } = await cnnc(train(...many, "--epochs", "100000", "--out", out), disk);
    const [told, step] = warning(out).exec(stderr)!;
    expect([code, stderr.slice(told.length)]).toEqual([
      130,
      "\nstopping after this step; again to stop at once\n" +
        `warning: ${out} ${reason}. ${out} has the checkpoint of step ${step}\n`,
    ]);
  });

  test("for the page leaves the weights and what is told of them", async () => {
    const report = at("full.html");
    const run = train(...many, "--report", report, "--out", at("paged.safetensors"));
    const { code, stdout, stderr } = await cnnc(run, fullDisk(8192));
    expect([code, stderr]).toEqual([2, `warning: ${report} ${reason}\n`]);
    expect(stdout).toMatch(/\ntest accuracy: [\d.]+%\n$/);
    expect(stdout).not.toContain("report in");
    expect(bytes("paged.safetensors").equals(whole)).toBe(true);
  });

  test("for the log ends the log, not the run", async () => {
    const { code, stderr } = await cnnc(train("--log", "/dev/full", "--out", at("logged.safetensors")));
    expect([code, stderr]).toEqual([
      2,
      "warning: /dev/full cannot be written: ENOSPC: no space left on device, write; " +
        "training goes on, epochs from 1 on are missing there\n",
    ]);
    expect(bytes("logged.safetensors").equals(bytes("whole.safetensors"))).toBe(true);
  });
});

describe("labels", () => {
  const refused = async (labels: Record<string, Buffer>): Promise<[number | null, string]> => {
    const images = "data/train-images-idx3-ubyte";
    fs.rmSync(at("labels"), { recursive: true, force: true });
    plant(at("labels"), { [path.basename(images)]: shades[images]!, ...labels });
    const { code, stderr } = await cnnc(["train", at("shades.cnn"), "--data", at("labels"), "--out", at("labels.out")]);
    return [code, stderr];
  };

  test("that are not there are missed by the name of their file", async () => {
    expect(await refused({})).toEqual([2, expect.stringContaining("train-labels-idx1-ubyte")]);
  });

  test("that are fewer than pictures are counted", async () => {
    const found = await refused({ "train-labels-idx1-ubyte": idx([119], Array<number>(119).fill(0)) });
    expect(found).toEqual([2, expect.stringMatching(/^error: .*120.*119/)]);
  });

  test("that no class has are refused", async () => {
    const found = await refused({ "train-labels-idx1-ubyte": idx([120], Array<number>(120).fill(7)) });
    expect(found).toEqual([
      2,
      expect.stringContaining("train-labels-idx1-ubyte: sample 0 has 7, which is no class of y: an index below 3"),
    ]);
  });
});

test("a picture that cannot be decoded ends a run, which goes on when it is mended", async () => {
  const file = at("pictures/train/b/2.png");
  for (const [index, name] of ["a", "b", "c"].entries()) {
    fs.mkdirSync(at(`pictures/train/${name}`), { recursive: true });
    const grey = 50 + 80 * index;
    const create = { width: 4, height: 4, channels: 3, background: { r: grey, g: grey, b: grey } } as const;
    const picture = await sharp({ create }).png().toBuffer();
    for (let i = 0; i < 8; i++) fs.writeFileSync(at(`pictures/train/${name}/${i}.png`), picture);
  }
  const train = ["train", at("shades.cnn"), "--data", at("pictures"), "--validation", "0"];
  const run = [...train, "--seed", "1", "--epochs", "2"];
  await cnnc([...run, "--quiet", "--out", at("sound.safetensors")]);
  const sound = fs.readFileSync(file);
  fs.writeFileSync(file, sound.subarray(0, 60));
  const out = at("corrupt.safetensors");
  const { code, stderr } = await cnnc([...run, "--out", out]);
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^error: .*${file}: `));
  expect(stderr).toMatch(
    new RegExp(
      `; then go on with --resume ${out} \\(${out} has the checkpoint of step \\d\\)\n$|^help: mend that; `,
      "m",
    ),
  );
  fs.writeFileSync(file, sound);
  const rest = await cnnc([...train, "--resume", out, "--out", out]);
  expect(rest.code).toBe(0);
  expect(bytes("corrupt.safetensors").equals(bytes("sound.safetensors"))).toBe(true);
});
