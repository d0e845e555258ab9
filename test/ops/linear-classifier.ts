import { expect } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { registry } from "../../compiler/ops/registry.ts";
import { modelOf, tensor, type Tensor, type Tensors } from "../../compiler/testing/index.ts";
import { RandomStream } from "../../runtime/random/philox.ts";

// A linear classifier: small enough to write its gradient down, wide enough for a vector and a rest.
export const features = 21;
export const classes = 5;
export const batch = 17;

const names = Array.from({ length: classes }, (_, i) => `"c${i}"`).join(", ");
export const train = (name: string, optimizer: string, schedule = "constant"): CheckedModel =>
  modelOf(
    name,
    `  input x: f32[${features}]
  logits = x -> dense(${classes})
  output kind: class(${names}) = logits -> softmax
  train {
    loss = cross_entropy(logits, kind)
    optimizer = ${optimizer}
    schedule = ${schedule}
    batch = ${batch}
    epochs = 1
  }`,
  );

/** Inputs, classes and first weights, rounded to f32. */
export function draw(seed: number): { x: Tensor; kinds: number[]; parameters: Tensors } {
  const random = new RandomStream(seed, 11);
  const fill = (...shape: number[]): Tensor => {
    const values = tensor(shape);
    values.data.forEach((_, i) => (values.data[i] = Math.fround(random.uniform() * 2 - 1)));
    return values;
  };
  const x = fill(batch, features);
  const kinds = Array.from({ length: batch }, () => random.below(classes));
  const parameters = new Map([
    ["logits.dense1.weight", fill(classes, features)],
    ["logits.dense1.bias", fill(classes)],
  ]);
  return { x, kinds, parameters };
}

/** Mean loss, accuracy and gradients in float64, by the loss's reference and its documented gradient. */
export function classifier(x: Tensor, kinds: readonly number[], parameters: Tensors) {
  const [weight, bias] = [...parameters.values()].map(({ data }) => data) as [Float64Array, Float64Array];
  const loss = registry.get("cross_entropy");
  if (loss?.kind !== "loss") throw new Error("no cross_entropy");
  const attributes = Object.fromEntries(Object.entries(loss.attributes).map(([name, it]) => [name, it.default]));
  const dw = new Float64Array(weight.length);
  const db = new Float64Array(bias.length);
  let [mean, hits] = [0, 0];
  for (let n = 0; n < batch; n++) {
    const sample = x.data.subarray(n * features, (n + 1) * features);
    const logits = Float64Array.from(bias, (b, k) => sample.reduce((a, v, i) => a + v * weight[k * features + i]!, b));
    mean += loss.reference({ prediction: tensor([classes], logits), target: [kinds[n]!], attributes }) / batch;
    hits += logits.indexOf(Math.max(...logits)) === kinds[n] ? 1 / batch : 0;
    const sum = logits.reduce((a, v) => a + Math.exp(v), 0);
    logits.forEach((v, k) => {
      const d = (Math.exp(v) / sum - (k === kinds[n] ? 1 : 0)) / batch;
      db[k]! += d;
      sample.forEach((value, i) => (dw[k * features + i]! += d * value));
    });
  }
  return { mean, hits, gradients: [dw, db] as const };
}

export function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const largest = Array.from(expected).reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const worst = Array.from(expected).reduce((a, v, i) => Math.max(a, Math.abs(v - found[i]!)), 0);
  expect(found.length).toBe(expected.length);
  expect(worst).toBeLessThanOrEqual(tolerance * largest);
}
