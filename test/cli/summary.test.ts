import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import type { Summary } from "../../compiler/cli/summary.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { fashionResNet } from "../graph/networks.ts";
import { readText, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncHere, cnncJsonHere, lenet } from "./cnnc.ts";

const resnet = "examples/fashion-resnet/fashion-resnet.cnn";

test("cnnc summary shows shapes, parameters, MACs, receptive fields and memory", async () => {
  const { code, stdout, stderr } = await cnnc(["summary", lenet, "--cpu", "x86-64-v3"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`LeNet

layer                output  parameters  share     MACs   sees
─────────────────  ────────  ──────────  ─────  ───────  ─────
image (u8)          1×28×28
logits.normalize1   1×28×28                                1×1
logits.conv1        6×28×28         156   0.3%  117,600    5×5
logits.tanh1        6×28×28                                5×5
logits.avg_pool1    6×14×14                                6×6
logits.conv2       16×10×10       2,416   3.9%  240,000  14×14
logits.tanh2       16×10×10                              14×14
logits.avg_pool2     16×5×5                              16×16
logits.flatten1         400                              16×16
logits.dense1           120      48,120  78.0%   48,000    all
logits.tanh3            120                                all
logits.dropout1         120                                all
logits.dense2            84      10,164  16.5%   10,080    all
logits.tanh4             84                                all
logits.dense3            10         850   1.4%      840    all
clothing.softmax1        10                                all

61,706 parameters (241 KiB), 416,520 MACs per sample
memory of prediction: 9.6 KiB per sample, 64 B once (x86-64-v3)
memory of training: 79.4 KiB per sample, 102.8 KiB once; 5.1 MiB for a batch of 64 (x86-64-v3)
`);
});

test("cnnc summary --depth closes blocks", async () => {
  const { stdout } = await cnncHere(["summary", resnet, "--depth", "0"]);
  const lines = stdout.split("\n").filter((line) => line.startsWith("features."));
  expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
    ...["features.normalize1", "features.conv1", "features.batch_norm1", "features.relu1"],
    ...["features.Residual1 (7 layers)", "features.Residual2 (9 layers)", "features.Residual3 (9 layers)"],
    "features.global_avg_pool1",
  ]);
  const all = await cnncHere(["summary", resnet]);
  expect((await cnncHere(["summary", resnet, "--depth", "1"])).stdout).toBe(all.stdout);
});

test("cnnc summary fits into 100 columns: long names lose their middle", async () => {
  await withTempFolder(async (folder) => {
    const file = path.join(folder, "long.cnn");
    const blocks = ["Innermost", "Considerably", "Surprisingly", "Extraordinarily"].map(
      (name, i, names) =>
        `block ${name}Named { branch_with_a_name = in -> ${i === 0 ? "conv(8, kernel=3)" : `${names[i - 1]}Named`} out branch_with_a_name }`,
    );
    const model = `model Long { input x: f32[3, 9, 9] features = x -> ExtraordinarilyNamed output y: f32[8, 7, 7] = features }`;
    fs.writeFileSync(file, `cnn 1\n${blocks.join("\n")}\n${model}\n`);
    const { stdout } = await cnncHere(["summary", file]);
    const lines = stdout.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBe(100);
    expect(lines[5]).toMatch(/^features\.Extraordinarily.+…[\w.]+\.conv1 /);
    const { models } = await cnncJsonHere<{ models: { layers: { name: string }[] }[] }>(["summary", file]);
    expect(models[0]!.layers[0]!.name.length).toBeGreaterThan(100);
  });
});

test("cnnc summary --json tells the same to programs", async () => {
  const { models } = await cnncJsonHere<{ models: Record<string, unknown>[] }>(["summary", lenet]);
  expect(models[0]).toMatchObject({
    name: "LeNet",
    inputs: [{ name: "image", dtype: "u8", shape: [1, 28, 28] }],
    outputs: [{ name: "clothing", kind: "class", shape: [10] }],
    params: 61_706,
    macs: 416_520,
    weightBytes: 246_824,
  });
  const layers = models[0]?.["layers"] as { name: string }[];
  expect(layers.find(({ name }) => name === "logits.conv2")).toEqual({
    name: "logits.conv2",
    operator: "conv",
    shape: [16, 10, 10],
    params: 2416,
    share: 2416 / 61_706,
    macs: 240_000,
    receptiveField: [14, 14],
  });
  expect(models[0]).toMatchObject({ blocks: [], memory: { cpu: expect.any(String) } });
});

test("cnnc summary --json lists blocks, and the memory that plans say", async () => {
  const { models } = await cnncJsonHere<{ models: Summary[] }>(["summary", resnet, "--cpu", "x86-64"]);
  const { blocks, layers, memory } = models[0]!;
  expect(blocks.map(({ name, block, depth }) => [name, block, depth])).toEqual(
    [1, 2, 3].map((i) => [`features.Residual${i}`, "Residual", 0]),
  );
  for (const { layers: names, params, macs } of blocks) {
    const own = layers.filter(({ name }) => names.includes(name));
    expect(own).toHaveLength(names.length);
    expect(own.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(own.reduce((sum, layer) => sum + layer.macs, 0)).toBe(macs);
  }
  expect(layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  const { plans } = planModel(fashionResNet, targets.scalar);
  const bytes = ({ arena }: Plan) => ({
    perSample: arena.bytesPerSample,
    once: arena.bytesOnce + arena.preparedBytes,
    perThread: arena.scratch,
  });
  expect(memory).toEqual({
    cpu: "x86-64",
    prediction: bytes(plans.infer!),
    training: { ...bytes(plans.step!), batch: 128 },
  });
  expect(memory.training!.perSample).toBeGreaterThan(memory.prediction.perSample);
});

test("cnnc summary tells how many samples of a batch in parts are in memory", async () => {
  const { stdout } = await cnncHere(["summary", "test/cli/networks/everything.cnn", "--cpu", "x86-64"]);
  expect(stdout).toMatch(/^memory of training: .* for a batch of 64, 22 at a time \(x86-64\)$/m);
});

test("cnnc summary tells what a step in little memory computes again", async () => {
  const resnet20 = "examples/cifar-resnet20/cifar-resnet20.cnn";
  const usual = (await cnnc(["summary", resnet20, "--cpu", "x86-64"])).stdout;
  await withTempFolder(async (folder) => {
    const file = path.join(folder, "low.cnn");
    fs.writeFileSync(file, readText(resnet20).replace("batch     = 128", "batch = 128  memory = low"));
    const { stdout } = await cnnc(["summary", file, "--cpu", "x86-64"]);
    const [line, again] = /^memory of training: .*; ([\d,]+) MACs per sample done again \(x86-64\)$/m.exec(stdout)!;
    const { models } = await cnncJsonHere<{ models: Summary[] }>(["summary", file, "--cpu", "x86-64"]);
    expect(again!.replaceAll(",", "")).toBe(String(models[0]!.memory.training!.repeatedMacs));
    expect(usual.replace(/^memory of training: .*$/m, line)).toBe(stdout);
    const explained = (await cnnc(["explain", file, "--program", "step", "--pass", "recompute"])).stdout;
    expect(explained).toMatch(/^── computed again\n.*\bfeatures\.\S+\.again\b.*\n[\d,]+ MACs per sample$/m);
  });
});

test("cnnc summary of a network over sequences says how many steps are seen", async () => {
  await withTempFolder(async (folder) => {
    const file = path.join(folder, "beats.cnn");
    const model = `model Beats { input ecg: f32[2, 40]
      output all: f32[8, 9] = ecg -> conv(8, kernel=5, stride=2) -> max_pool(2) as half }`;
    fs.writeFileSync(file, `cnn 1\n${model}\n`);
    const { stdout } = await cnncHere(["summary", file]);
    expect(stdout).toMatch(/^all.conv1 +8×18 +88 +100.0% +1,440 +5\nall.half +8×9 +7$/m);
    const { models } = await cnncJsonHere<{ models: Summary[] }>(["summary", file]);
    expect(models[0]!.layers.map(({ receptiveField }) => receptiveField)).toEqual([[5], [7]]);
  });
});

test("cnnc summary of a wrong file shows what is wrong", async () => {
  const { code, stdout, stderr } = await cnncHere(["summary", "test/check/cases/CNN202-misspelt.cnn"]);
  expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining("error[CNN202]")]);
});
