import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { NativeModel, tensor, type Tensors } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { classes, classifier, draw, expectClose, train } from "./linear-classifier.ts";
import { buildQuickly } from "../support/build-quickly.ts";

/** A weight after a step; `state` is its own, zeros at first; t counts steps from 1. */
type Move = (w: number, g: number, state: Float64Array, rate: number, t: number) => number;

interface Case {
  readonly move: Move;
  readonly schedule: string;
  /** By the definition. */
  readonly rate: (step: number, total: number) => number;
}
const lr = 0.1;
const warm = (step: number, rising: number): number => Math.min(1, (step + 1) / rising);
/** PyTorch's OneCycleLR with its defaults. */
const oneCycle = (step: number, total: number): number => {
  const t = step / Math.max(1, total - 1);
  const between = (from: number, to: number, share: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  return t < 0.3 ? between(lr / 25, lr, t / 0.3) : between(lr, lr / 25 / 1e4, (t - 0.3) / 0.7);
};
const constant = { schedule: "constant", rate: () => lr };

const sgd =
  (momentum: number, nesterov: boolean, decay: number): Move =>
  (w, gradient, state, rate) => {
    const g = gradient + decay * w;
    state[0] = momentum * state[0]! + g;
    return w - rate * (nesterov ? g + momentum * state[0]! : state[0]!);
  };
const adam =
  (decay: number, decoupled: boolean): Move =>
  (w, gradient, state, rate, t) => {
    const g = decoupled ? gradient : gradient + decay * w;
    state[0] = 0.9 * state[0]! + 0.1 * g;
    state[1] = 0.999 * state[1]! + 0.001 * g * g;
    const kept = decoupled ? w * (1 - rate * decay) : w;
    return kept - (rate * (state[0]! / (1 - 0.9 ** t))) / (Math.sqrt(state[1]! / (1 - 0.999 ** t)) + 1e-8);
  };
const rmsprop =
  (momentum: number, decay: number): Move =>
  (w, gradient, state, rate) => {
    const g = gradient + decay * w;
    state[0] = 0.99 * state[0]! + 0.01 * g * g;
    state[1] = momentum * state[1]! + g / (Math.sqrt(state[0]!) + 1e-8);
    return w - rate * state[1]!;
  };

/** Each optimiser with a schedule of its own: a network less to build. */
const cases: Readonly<Record<string, Case>> = {
  "sgd(lr=0.1)": { move: sgd(0, false, 0), ...constant },
  "sgd(lr=0.1, weight_decay=0.01)": {
    move: sgd(0, false, 0.01),
    schedule: "constant(warmup=0.1)",
    rate: (step, total) => lr * warm(step, 0.1 * total),
  },
  "sgd(lr=0.1, momentum=0.9)": {
    move: sgd(0.9, false, 0),
    schedule: "cosine",
    rate: (step, total) => (lr / 2) * (1 + Math.cos((Math.PI * step) / total)),
  },
  "sgd(lr=0.1, momentum=0.9, weight_decay=0.01)": {
    move: sgd(0.9, false, 0.01),
    schedule: "cosine(floor=0.02)",
    rate: (step, total) => 0.02 + 0.04 * (1 + Math.cos((Math.PI * step) / total)),
  },
  "sgd(lr=0.1, momentum=0.9, nesterov=true)": {
    move: sgd(0.9, true, 0),
    schedule: "cosine(warmup=0.25)",
    rate: (step, total) => {
      const rising = Math.max(1, 0.25 * total);
      const t = (step - rising) / Math.max(1, total - rising);
      return rising > step + 0.5 ? lr * warm(step, rising) : (lr / 2) * (1 + Math.cos(Math.PI * Math.max(0, t)));
    },
  },
  "sgd(lr=0.1, momentum=0.8, nesterov=true, weight_decay=0.02)": {
    move: sgd(0.8, true, 0.02),
    schedule: "constant(warmup=1)",
    rate: (step, total) => lr * warm(step, total),
  },
  "adam(lr=0.1)": {
    move: adam(0, false),
    schedule: "step",
    rate: (step, total) => lr * 0.1 ** Math.floor(step / total / 0.3 + 1e-9),
  },
  "adam(lr=0.1, weight_decay=0.05)": {
    move: adam(0.05, false),
    schedule: "step(every=0.5, factor=0.2, warmup=0.2)",
    rate: (step, total) => {
      const rising = Math.max(1, 0.2 * total);
      const t = Math.max(0, (step - rising) / Math.max(1, total - rising));
      return rising > step + 0.5 ? lr * warm(step, rising) : t > 0.5 - 1e-9 ? lr * 0.2 : lr;
    },
  },
  "adamw(lr=0.1)": { move: adam(0.01, true), schedule: "one_cycle", rate: oneCycle },
  "rmsprop(lr=0.1)": { move: rmsprop(0, 0), ...constant },
  "rmsprop(lr=0.1, momentum=0.9, weight_decay=0.01)": { move: rmsprop(0.9, 0.01), ...constant },
};
const models = Object.entries(cases).map(
  ([rule, { schedule }], i) => [rule, train(`Rule${i}`, rule, schedule)] as const,
);

let addon: Addon;
beforeAll(async () => {
  const all = models.map(([, model]) => model);
  addon = await buildQuickly("training_words", all, nativeIsa(), () => ["step", "gradient"]);
});

function open(model: CheckedModel, parameters: Tensors): NativeModel {
  const native = new NativeModel(addon, model);
  native.setParameters(parameters);
  return native;
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

describe("optimisers", () => {
  it.each(models)("%s moves parameters by the formula", (rule, model) => {
    const { move, rate } = cases[rule]!;
    const { parameters } = draw(3);
    const native = open(model, parameters);
    const expected = [...parameters].map(([name, { shape, data }]) => [name, tensor(shape, data.slice())] as const);
    const states = expected.map(([, { data }]) => Array.from(data, () => new Float64Array(2)));
    for (let step = 0; step < 6; step++) {
      const { x, kinds } = draw(10 + step);
      const { mean, gradients } = classifier(x, kinds, new Map(expected));
      const [loss] = native.step(new Map([["x", x]]), [kinds], { step, totalSteps: 6 });
      expect(loss).toBeCloseTo(mean, 5);
      expected.forEach(([, { data }], i) => {
        data.forEach((w, j) => (data[j] = move(w, gradients[i]![j]!, states[i]![j]!, rate(step, 6), step + 1)));
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
