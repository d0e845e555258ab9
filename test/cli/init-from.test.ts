import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openSafetensors, type MatchedWeights } from "../../runtime/index.ts";
import { suiteFolder } from "../compile/lenet.ts";
import { plant } from "../support/paths.ts";
import { cnnc, cnncJson } from "./cnnc.ts";

/** A body that was trained for ten classes gets a head for nine, and one layer more. */

const folder = suiteFolder();
const at = (name: string): string => path.join(folder, name);
const network = (name: string, head: string, output: string) => `cnn 1
model ${name} {
  input image: u8[1, 28, 28]
  body = image -> normalize(mean=[0.286], std=[0.353]) -> conv(4, kernel=5, stride=3) -> batch_norm -> relu
  logits = body -> flatten -> ${head}
  output ${output} = logits -> softmax
  train { loss = cross_entropy(logits, digit)  optimizer = sgd(lr=0.05)  batch = 64  epochs = 1 }
}`;
const train = (name: string, ...args: string[]) => ["train", at(`${name}.cnn`), "--data", "examples/data", ...args];

beforeAll(async () => {
  plant(folder, {
    "old.cnn": network("Old", "dense(10)", "digit: class[10]"),
    "new.cnn": network("New", "dense(12) -> dense(10)", "digit: class[10]"),
    "foreign.cnn": network("Foreign", "dense(10)", "digit: class[10]")
      .replaceAll("body", "trunk")
      .replaceAll("logits", "z"),
  });
  expect((await cnnc(train("old", "--out", at("old.safetensors"), "--quiet"))).code).toBe(0);
});

const begin = (...args: string[]) => train("new", "--out", at("new.safetensors"), ...args);

test("training begins with the weights that agree in name and shape, and tells which", async () => {
  const { code, stdout, stderr } = await cnnc(begin("--init-from", at("old.safetensors")));
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n").slice(0, 3)).toEqual([
    `6 of 10 parameters begin with the weights of ${at("old.safetensors")}`,
    "  not there, so drawn: logits.dense2.weight, logits.dense2.bias",
    "  there of another shape, so drawn: logits.dense1.weight (10×256, here 12×256), logits.dense1.bias (10, here 12)",
  ]);
  const json = await cnncJson<{ initialized: MatchedWeights }>(begin("--init-from", at("old.safetensors")));
  expect(json.initialized.matched).toContain("body.conv1.weight");
  expect(json.initialized.unused).toEqual([]);
});

test("what was taken is what training begins with", async () => {
  // At a learning rate of next to nothing the weights stay.
  plant(folder, {
    "still.cnn": network("Still", "dense(9)", "digit: class[10]")
      .replace("dense(9)", "dense(10)")
      .replace("0.05", "1e-30"),
  });
  const args = train("still", "--init-from", at("old.safetensors"), "--out", at("still.safetensors"), "--quiet");
  expect((await cnnc(args)).code).toBe(0);
  using before = openSafetensors(at("old.safetensors"));
  using after = openSafetensors(at("still.safetensors"));
  expect(after.read("body.conv1.weight")).toEqual(before.read("body.conv1.weight"));
});

test.each([
  [
    "nothing agrees",
    "foreign",
    [],
    /nothing can be taken for Foreign from .*old\.safetensors: no tensor .*\nhelp: `as NAME`/,
  ],
  ["the file is missing", "new", ["--init-from", "nowhere"], /nowhere: ENOENT/],
  ["a run goes on", "new", ["--resume", "x"], /--init-from and --resume exclude each other\nhelp: a run that goes on/],
])("is refused where %s", async (_what, name, more, message) => {
  const out = at("refused.safetensors");
  const { code, stderr } = await cnnc(train(name, "--init-from", at("old.safetensors"), "--out", out, ...more));
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(fs.existsSync(out)).toBe(false);
});
