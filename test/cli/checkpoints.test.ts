import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openSafetensors } from "../../runtime/index.ts";
import { suiteFolder } from "../compile/lenet.ts";
import { plant } from "../support/paths.ts";
import { cnnc, cnncJson } from "./cnnc.ts";
import { shades } from "./shades.ts";

const folder = suiteFolder();
const at = (name: string): string => path.join(folder, name);
const train = (...more: string[]): string[] => ["train", at("shades.cnn"), "--data", at("data"), ...more];

beforeAll(() => plant(folder, shades));

/** What is printed, without the numbers that depend on the machine. */
const lines = (stdout: string): string[] => stdout.replace(/ {2}[\d,]+ images\/s {2}.*/g, "").split("\n");

describe("cnnc train --patience", () => {
  const args = train("--patience", "3", "--validation", "0.2");

  test("ends early, with the weights of the best epoch, which --keep-best keeps too", async () => {
    const files = ["--keep-best", "--keep", "2", "--report", at("early.html"), "--out", at("early.safetensors")];
    const { code, stdout, stderr } = await cnnc([...args, ...files]);
    expect([code, stderr]).toEqual([0, ""]);
    const printed = lines(stdout);
    const end = printed.findIndex((line) => !line.startsWith("epoch "));
    const [, best = ""] = /^stopped early: no epoch after epoch (\d+) was better$/.exec(printed[end]!) ?? [];
    const epochs = Number(best) + 3;
    expect([end, epochs < 30]).toEqual([epochs, true]);
    const [, accuracy] = / {2}validation (.*)$/.exec(printed[Number(best) - 1]!) ?? [];
    const weights = `weights of epoch ${best} (accuracy ${accuracy})`;
    expect(printed.slice(end + 1, end + 6)).toEqual([
      `${weights} in ${at("early.safetensors")}`,
      `${weights} in ${at("early.best.safetensors")}`,
      `report in ${at("early.html")}`,
      "",
      "on 30 images of test data:",
    ]);
    const kept = [epochs - 1, epochs].map((epoch) => `early.epoch-${String(epoch).padStart(2, "0")}.safetensors`);
    const names = fs.readdirSync(folder).filter((name) => name.startsWith("early"));
    expect(names).toEqual(["early.best.safetensors", ...kept, "early.html", "early.safetensors"]);
    using last = openSafetensors(at("early.safetensors"));
    using first = openSafetensors(at("early.best.safetensors"));
    for (const name of last.names) expect(last.read(name).join(), name).toBe(first.read(name).join());
    const page = fs.readFileSync(at("early.html"), "utf8");
    expect(page).toContain(`With the ${weights}, on 30 samples of test data.`);
    expect(page).toContain(`<td>early: no epoch after epoch ${best} was better</td>`);
  });

  test("tells the same as JSON", async () => {
    interface Told {
      readonly epochs: readonly { readonly validation: { readonly top1: number } }[];
      readonly best: { readonly epoch: number };
    }
    const told = await cnncJson<Told>([...args, "--keep-best", "--out", at("told.safetensors")]);
    const { epochs, best } = told;
    const value = epochs[best.epoch - 1]!.validation.top1;
    expect(epochs).toHaveLength(best.epoch + 3);
    expect(Math.max(...epochs.map(({ validation }) => validation.top1))).toBe(value);
    expect(told).toMatchObject({
      ...{ stopped: false, early: true, best: { metric: "accuracy", value }, test: { samples: 30 } },
      ...{ weights: at("told.safetensors"), bestWeights: at("told.best.safetensors") },
    });
  });

  test.each([["--patience", "3"], ["--keep-best"]])("%s needs samples that are kept aside", async (...option) => {
    const { code, stdout, stderr } = await cnnc(train(...option, "--validation", "0"));
    expect([code, stdout, stderr]).toEqual([
      2,
      "",
      `error: ${option[0]} needs samples that are kept aside\n` +
        "help: --validation 0.1 keeps a tenth of the training data aside\n",
    ]);
  });
});

describe("a run that is stopped", () => {
  const out = at("stopped.safetensors");
  const report = at("stopped.html");

  test("writes the page that it has so far", async () => {
    let sent = false;
    const stopped = await cnnc(train("--epochs", "100000", "--report", report, "--out", out), {
      onOutput: (_stdout, kill) => {
        if (!sent) kill("SIGINT");
        sent = true;
      },
    });
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      "\nstopping after this step; again to stop at once\n" +
        `stopped; weights so far in ${out} (go on with --resume ${out})\n`,
    ]);
    const page = fs.readFileSync(report, "utf8");
    expect(page).toMatch(/<td>stopped after [\d,]+ of 2,700,000 steps<\/td>/);
    expect(page).not.toContain("Results");
  });
});
