import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { registry } from "../../compiler/ops/registry.ts";
import {
  buildTestAddon,
  modelOf,
  NativeModel,
  tensor,
  type Tensor,
  type Tensors,
} from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { RandomStream } from "../../runtime/random/philox.ts";

// A linear classifier: small enough to write its gradient down, wide enough for a vector and a rest.
const features = 21;
const classes = 5;
const batch = 17;

const names = Array.from({ length: classes }, (_, i) => `"c${i}"`).join(", ");
const train = (name: string, optimizer: string, schedule = "constant"): CheckedModel =>
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

interface Case {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly decay: number;
  readonly schedule: string;
  /** By the definition. */
  readonly rate: (step: number, total: number) => number;
}
const lr = 0.1;
const warm = (step: number, rising: number): number => Math.min(1, (step + 1) / rising);
const constant = { schedule: "constant", rate: () => lr };

/** Each optimiser with a schedule of its own: a network less to build. */
const cases: Readonly<Record<string, Case>> = {
  "sgd(lr=0.1)": { momentum: 0, nesterov: false, decay: 0, ...constant },
  "sgd(lr=0.1, weight_decay=0.01)": {
    ...{ momentum: 0, nesterov: false, decay: 0.01 },
    schedule: "constant(warmup=0.1)",
    rate: (step, total) => lr * warm(step, 0.1 * total),
  },
  "sgd(lr=0.1, momentum=0.9)": {
    ...{ momentum: 0.9, nesterov: false, decay: 0 },
    schedule: "cosine",
    rate: (step, total) => (lr / 2) * (1 + Math.cos((Math.PI * step) / total)),
  },
  "sgd(lr=0.1, momentum=0.9, weight_decay=0.01)": {
    ...{ momentum: 0.9, nesterov: false, decay: 0.01 },
    schedule: "cosine(floor=0.02)",
    rate: (step, total) => 0.02 + 0.04 * (1 + Math.cos((Math.PI * step) / total)),
  },
  "sgd(lr=0.1, momentum=0.9, nesterov=true)": {
    ...{ momentum: 0.9, nesterov: true, decay: 0 },
    schedule: "cosine(warmup=0.25)",
    rate: (step, total) => {
      const rising = Math.max(1, 0.25 * total);
      const t = (step - rising) / Math.max(1, total - rising);
      return rising > step + 0.5 ? lr * warm(step, rising) : (lr / 2) * (1 + Math.cos(Math.PI * Math.max(0, t)));
    },
  },
  "sgd(lr=0.1, momentum=0.8, nesterov=true, weight_decay=0.02)": {
    ...{ momentum: 0.8, nesterov: true, decay: 0.02 },
    schedule: "constant(warmup=1)",
    rate: (step, total) => lr * warm(step, total),
  },
};
const models = Object.entries(cases).map(
  ([rule, { schedule }], i) => [rule, train(`Rule${i}`, rule, schedule)] as const,
);

let addon: Addon;
beforeAll(async () => {
  const all = models.map(([, model]) => model);
  addon = await buildTestAddon("training_words", all, nativeIsa(), () => ["step", "gradient"]);
});

function open(model: CheckedModel, parameters: Tensors): NativeModel {
  const native = new NativeModel(addon, model);
  native.setParameters(parameters);
  return native;
}

/** Inputs, classes and first weights, rounded to f32. */
function draw(seed: number): { x: Tensor; kinds: number[]; parameters: Tensors } {
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
function classifier(x: Tensor, kinds: readonly number[], parameters: Tensors) {
  const [weight, bias] = [...parameters.values()].map(({ data }) => data) as [Float64Array, Float64Array];
  const loss = registry.get("cross_entropy");
  if (loss?.kind !== "loss") throw new Error("no cross_entropy");
  const dw = new Float64Array(weight.length);
  const db = new Float64Array(bias.length);
  let [mean, hits] = [0, 0];
  for (let n = 0; n < batch; n++) {
    const sample = x.data.subarray(n * features, (n + 1) * features);
    const logits = Float64Array.from(bias, (b, k) => sample.reduce((a, v, i) => a + v * weight[k * features + i]!, b));
    mean += loss.reference({ prediction: tensor([classes], logits), target: [kinds[n]!], attributes: {} }) / batch;
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

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const largest = Array.from(expected).reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const worst = Array.from(expected).reduce((a, v, i) => Math.max(a, Math.abs(v - found[i]!)), 0);
  expect(found.length).toBe(expected.length);
  expect(worst).toBeLessThanOrEqual(tolerance * largest);
}

describe("cross_entropy", () => {
  it("gives the mean of -log softmax(x)[target], its gradient, and the share of hits", () => {
    const { x, kinds, parameters } = draw(1);
    const native = open(models[0]![1], parameters);
    const { results, gradients } = native.lossGradient(new Map([["x", x]]), [kinds]);
    native.dispose();
    const expected = classifier(x, kinds, parameters);
    expect(results[0]).toBeCloseTo(expected.mean, 6);
    expect(results[1]).toBeCloseTo(expected.hits, 12);
    [...parameters.keys()].forEach((name, i) => expectClose(gradients.get(name)!.data, expected.gradients[i]!, 1e-5));
  });

  it("keeps its digits when logits are large", () => {
    const { x, kinds, parameters } = draw(2);
    const bias = tensor([classes], [1000, -1000, 0, 500, 80]);
    const native = open(models[0]![1], new Map(parameters).set("logits.dense1.bias", bias));
    const { results } = native.lossGradient(new Map([["x", x]]), [kinds]);
    native.dispose();
    const expected = classifier(x, kinds, new Map(parameters).set("logits.dense1.bias", bias));
    expect(Math.abs(results[0]! - expected.mean)).toBeLessThan(1e-5 * expected.mean);
  });
});

describe("sgd", () => {
  it.each(models)("%s moves parameters by the formula", (rule, model) => {
    const { momentum, nesterov, decay, rate } = cases[rule]!;
    const { parameters } = draw(3);
    const native = open(model, parameters);
    const expected = [...parameters].map(([name, { shape, data }]) => [name, tensor(shape, data.slice())] as const);
    const velocities = expected.map(([, { data }]) => new Float64Array(data.length));
    for (let step = 0; step < 6; step++) {
      const { x, kinds } = draw(10 + step);
      const { mean, gradients } = classifier(x, kinds, new Map(expected));
      const [loss] = native.step(new Map([["x", x]]), [kinds], { step, totalSteps: 6 });
      expect(loss).toBeCloseTo(mean, 5);
      expected.forEach(([, { data }], i) => {
        const velocity = velocities[i]!;
        data.forEach((w, j) => {
          const g = gradients[i]![j]! + decay * w;
          velocity[j] = momentum * velocity[j]! + g;
          data[j] = w - rate(step, 6) * (nesterov ? g + momentum * velocity[j]! : velocity[j]!);
        });
      });
    }
    const found = native.parameters();
    native.dispose();
    for (const [name, { data }] of expected) expectClose(found.get(name)!.data, data, 3e-6);
  });
});

describe("the learning rate", () => {
  it.each(models)("beside %s follows the formula", (rule, model) => {
    const { schedule, rate } = cases[rule]!;
    const { parameters } = draw(4);
    const native = open(model, parameters);
    for (const total of [1, 7, 100, 1000])
      for (let step = 0; step < total; step += Math.max(1, Math.floor(total / 13)))
        expect(native.learningRate(step, total), `${schedule}, ${step} of ${total}`).toBeCloseTo(rate(step, total), 12);
    native.dispose();
  });
});
