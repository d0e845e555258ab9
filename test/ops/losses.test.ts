import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelOf, NativeModel, referenceOutputs } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { checkLoss, checkStep, draw } from "../compile/network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

interface Case {
  readonly output: string;
  /** Losses of scores `s`, each counted another time. */
  readonly losses: readonly string[];
  /** Of one sample: the output's numbers and the target's. */
  readonly metrics: Readonly<Record<string, (x: readonly number[], t: readonly number[]) => number>>;
}

const share = (x: readonly number[], right: (value: number, i: number) => boolean): number =>
  x.filter(right).length / x.length;
const both = (x: readonly number[], t: readonly number[]): number => x.filter((p, i) => p > 0.5 && t[i] === 1).length;
const either = (x: readonly number[], t: readonly number[]): number => x.filter((p, i) => p > 0.5 || t[i] === 1).length;

const cases: Readonly<Record<string, Case>> = {
  Classes: {
    output: `s = x -> global_avg_pool -> dense(5)
  output kind: class[5] = s -> softmax`,
    losses: [
      "cross_entropy(s, kind)",
      "cross_entropy(s, kind, label_smoothing=0.1)",
      "cross_entropy(s, kind, class_weights=[1, 2, 0.5, 0, 3])",
      "cross_entropy(s, kind, label_smoothing=0.2, class_weights=[1, 2, 0.5, 0, 3], ignore=1)",
      "hinge(s, kind)",
      "hinge(s, kind, margin=0.3)",
    ],
    metrics: { "kind.accuracy": (x, [t]) => (x.indexOf(Math.max(...x)) === t ? 1 : 0) },
  },
  Labels: {
    output: `s = x -> global_avg_pool -> dense(19)
  output marks: labels[19] = s -> sigmoid`,
    losses: ["binary_cross_entropy(s, marks)", "dice(s, marks, smooth=0.1)", "mse(s -> sigmoid, marks)"],
    metrics: { "marks.accuracy": (x, t) => share(x, (p, i) => (p > 0.5 ? 1 : 0) === t[i]) },
  },
  Mask: {
    output: `s = x -> conv(1, kernel=3, pad=1)
  output area: mask[6, 7] = s -> sigmoid`,
    losses: ["binary_cross_entropy(s, area)", "dice(s, area)", "l1(s -> sigmoid, area)"],
    metrics: {
      "area.iou": (x, t) => both(x, t) / either(x, t),
      "area.dice": (x, t) => (2 * both(x, t)) / (both(x, t) + either(x, t)),
    },
  },
  Numbers: {
    output: `s = x -> conv(9, kernel=3)
  output numbers: f32[9, 4, 5] = s`,
    losses: ["mse(s, numbers)", "l1(s, numbers)", "huber(s, numbers)", "huber(s, numbers, delta=0.4)"],
    metrics: { "numbers.mae": (x, t) => x.reduce((sum, v, i) => sum + Math.abs(v - t[i]!) / x.length, 0) },
  },
};

const models = Object.entries(cases).map(([name, { output, losses, metrics }]) => {
  const lines = `  input x: f32[3, 6, 7]
  ${output}
  train {
    loss = ${losses.map((loss, i) => `${i + 1} * ${loss}`).join(" + ")}
    optimizer = sgd(lr=0.1)
    batch = 4
    epochs = 1
  }`;
  return { name, losses: losses.join(", "), metrics, model: modelOf(name, lines) };
});

let addon: Addon;
beforeAll(async () => {
  const all = models.map(({ model }) => model);
  addon = await buildQuickly("losses", all, nativeIsa(), () => ["step", "gradient"]);
}, 600_000);

describe.each(models)("$name: $losses", ({ model, metrics }) => {
  it("are what their references give, and so are their gradients", () => {
    for (const batch of [1, 5]) checkLoss(addon, model, batch);
  });

  it("move parameters by their gradients", () => {
    checkStep(addon, model, 5);
  });

  it("come with metrics: the mean over the samples of what each output says", () => {
    const batch = 7;
    const { inputs, parameters, targets } = draw(model, batch);
    const native = new NativeModel(addon, model);
    native.setParameters(parameters);
    const [given] = [...targets.values()];
    const { results } = native.lossGradient(inputs, [given!]);
    native.dispose();
    const { data } = referenceOutputs(model, inputs, parameters)[0]!;
    const rows = (values: ArrayLike<number>): number[][] => {
      const [all, size] = [Array.from(values), values.length / batch];
      return Array.from({ length: batch }, (_, n) => all.slice(n * size, (n + 1) * size));
    };
    const [x, t] = [rows(data), rows(given!)];
    Object.entries(metrics).forEach(([name, of], i) => {
      const mean = x.reduce((sum, row, n) => sum + of(row, t[n]!) / batch, 0);
      expect(results[1 + i], name).toBeCloseTo(mean, 5);
    });
  });
});

it("two masks without a pixel overlap wholly", () => {
  const { model } = models.find(({ name }) => name === "Mask")!;
  const { inputs, parameters } = draw(model, 2);
  const empty = new Map([...parameters].map(([name, x]) => [name, { ...x, data: x.data.map(() => -1000) }] as const));
  const positive = new Map([...inputs].map(([name, x]) => [name, { ...x, data: x.data.map(Math.abs) }] as const));
  const native = new NativeModel(addon, model);
  native.setParameters(empty);
  const { results } = native.lossGradient(positive, [new Float32Array(2 * 42)]);
  native.dispose();
  expect([results[1], results[2]]).toEqual([1, 1]);
});
