import { expect, test } from "vitest";
import { cnnc, cnncJson, lenet } from "./cnnc.ts";

test("cnnc summary shows shapes, parameters, MACs and receptive fields", async () => {
  const { code, stdout, stderr } = await cnnc(["summary", lenet]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`LeNet

layer                output  parameters     MACs   sees
─────────────────  ────────  ──────────  ───────  ─────
image (u8)          1×28×28
logits.normalize1   1×28×28                         1×1
logits.conv1        6×28×28         156  117,600    5×5
logits.tanh1        6×28×28                         5×5
logits.avg_pool1    6×14×14                         6×6
logits.conv2       16×10×10       2,416  240,000  14×14
logits.tanh2       16×10×10                       14×14
logits.avg_pool2     16×5×5                       16×16
logits.flatten1         400                       16×16
logits.dense1           120      48,120   48,000    all
logits.tanh3            120                         all
logits.dropout1         120                         all
logits.dense2            84      10,164   10,080    all
logits.tanh4             84                         all
logits.dense3            10         850      840    all
clothing.softmax1        10                         all

61,706 parameters (241 KiB), 416,520 MACs per sample
`);
});

test("cnnc summary --json tells the same to programs", async () => {
  const { models } = await cnncJson<{ models: Record<string, unknown>[] }>(["summary", lenet]);
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
    macs: 240_000,
    receptiveField: [14, 14],
  });
});

test("cnnc summary of a wrong file shows what is wrong", async () => {
  const { code, stdout, stderr } = await cnnc(["summary", "test/check/cases/CNN202-misspelt.cnn"]);
  expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining("error[CNN202]")]);
});
