import { expect, test } from "vitest";
import type { Plan } from "../../compiler/ir/plan.ts";
import { cnnc, cnncJson, lenet } from "./cnnc.ts";

interface Measured {
  readonly batch: number;
  readonly threads: number;
  readonly seconds: number;
  readonly copying: number;
  readonly rest: number;
  readonly flops: number;
  readonly machine: { readonly flops: number; readonly memory: readonly { readonly rate: number }[] };
  readonly layers: readonly {
    readonly value: string;
    readonly kernel: string;
    readonly seconds: number;
    readonly flops: number;
    readonly bytes: number;
    readonly roofline: number;
    readonly bound: string;
  }[];
}
/** All of one build. */
const quick = ["--seconds", "0.02", "--cpu", "x86-64-v3"];

test("cnnc bench shows where the time of a prediction goes", async () => {
  const { code, stdout, stderr } = await cnnc(["bench", lenet, ...quick]);
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.split("\n").map((line) => line.split(/ {2,}/)[0]);
  expect(lines[0]).toMatch(
    /^LeNet: a prediction, batch 1, 1 thread, x86-64-v3; mean of the quicker half of \d+ calls$/,
  );
  expect(lines.slice(4, -3)).toEqual([
    ...["logits.normalize1", "logits.avg_pool1", "logits.avg_pool2", "logits.tanh3", "logits.tanh4", "logits.dense3"],
    ...["clothing.softmax1", "copying results", "calling, waiting", "all"],
  ]);
  expect(stdout).toMatch(
    /^logits.avg_pool1 +9 +conv_pool +8 +\S+ +0\.\d+ +[\d.]+% +[\d.]+ +[\d.]+ +[\d.]+% (compute|memory)$/m,
  );
  expect(lines.at(-2)).toMatch(/^this machine: [\d.]+ GFLOP\/s; GB\/s: [\d.]+ from 32 KiB, /);
});

test("cnnc bench --json: nothing is left out of a call, and the machine is measured", async () => {
  const measured = await cnncJson<Measured>(["bench", lenet, ...quick, "--batch", "16", "--threads", "2"]);
  const { batch, threads, seconds, copying, rest, layers, flops, machine } = measured;
  expect([batch, threads]).toEqual([16, 2]);
  // 2·416,520 operations a sample.
  expect(flops).toBe(16 * 833_040);
  expect(machine.flops).toBeGreaterThan(1e9);
  expect(machine.memory.length).toBe(4);
  for (const layer of layers) {
    expect(layer.seconds, layer.value).toBeGreaterThan(0);
    expect(layer.roofline, layer.value).toBeGreaterThan(0);
  }
  const sum = layers.reduce((total, layer) => total + layer.seconds, copying + rest);
  expect(sum).toBeGreaterThanOrEqual(0.999 * seconds);
  // The pooled first layer reads 28×28 floats and writes 6×14×14; its weights, 156, are read once.
  const first = layers.find(({ value }) => value === "logits.avg_pool1")!;
  expect(first.bytes).toBe(4 * (16 * (28 * 28 + 6 * 14 * 14) + 156));
});

test("cnnc bench --train measures every node of a step", async () => {
  const { batch, layers } = await cnncJson<Measured>(["bench", lenet, ...quick, "--train"]);
  expect(batch).toBe(64);
  for (const layer of layers) expect(layer.seconds, layer.value).toBeGreaterThan(0);
  const explained = await cnncJson<{ algorithms: Pick<Plan, "choices">[] }>([
    ...["explain", lenet, "--program", "step", "--algorithms"],
  ]);
  expect(layers.length).toBe(explained.algorithms.length);
  const update = layers.find(({ value }) => value === "all parameters")!;
  // Weights and velocity are read and written, gradients read; packed, they have some zeros between them.
  expect(update.bytes / (5 * 4 * 61_706)).toBeCloseTo(1.05, 1);
});

test("cnnc bench --train of a network that says nothing of training tells so", async () => {
  const { code, stdout, stderr } = await cnnc(["bench", "test/bench/networks/relu.cnn", "--train"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^error: Relu says nothing of training\n/);
});
