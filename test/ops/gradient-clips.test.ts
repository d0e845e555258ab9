import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelsOf, type Tensors } from "../../compiler/testing/index.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { checkThreads, draw, open, targetsOf } from "../compile/network-check.ts";
import { expectClose } from "./linear-classifier.ts";
import { buildQuickly } from "../support/build-quickly.ts";

// Channels that fill no vector, in front of and behind every kernel that writes a gradient, and more parameters than are
// summed in one range.
const network = (name: string, optimizer: string, clip: string): string => `
model ${name} {
  input x: f32[3, 7, 6]
  shared again = conv(5, kernel=3, pad=1, bias=false)
  shared norm = batch_norm
  a = x -> conv(5, kernel=3, pad=1) -> again -> norm -> sigmoid -> again -> norm -> tanh
  joined = concat(a -> conv(7, kernel=1), a, x) -> batch_norm
  logits = joined -> conv(15, kernel=3, groups=3) -> conv(18, kernel=1, groups=1) -> sigmoid -> flatten -> dense(51) -> tanh
          -> dense(3)
  output kind: class[3] = logits -> softmax
  train { loss = 40 * cross_entropy(logits, kind)  optimizer = ${optimizer}  ${clip} }
}`;

type Move = (w: number, g: number) => number;
/** The first step from empty slots. */
const sgd: Move = (w, g) => w - 0.1 * (g + 0.02 * w);
const adam: Move = (w, gradient) => {
  const g = gradient + 0.05 * w;
  return w - (0.1 * g) / (Math.abs(g) + 0.1);
};
const decayedSgd = "sgd(lr=0.1, momentum=0.9, weight_decay=0.02)";
const decayedAdam = "adam(lr=0.1, eps=0.1, weight_decay=0.05)";

interface Case {
  readonly optimizer: string;
  readonly clip: string;
  readonly move: Move;
  readonly clipped: (g: number, norm: number) => number;
  /** Whether some element of the drawn gradients changes. */
  readonly acts: boolean;
}
const byNorm = (max: number) => (g: number, norm: number) => g * Math.min(1, max / (norm + 1e-6));
const byValue = (max: number) => (g: number) => Math.max(-max, Math.min(max, g));

const cases: readonly Case[] = [
  { optimizer: decayedSgd, clip: "clip = norm(0.7)", move: sgd, clipped: byNorm(0.7), acts: true },
  { optimizer: decayedSgd, clip: "clip = norm(max=1000)", move: sgd, clipped: byNorm(1000), acts: false },
  { optimizer: decayedSgd, clip: "clip = value(0.03)", move: sgd, clipped: byValue(0.03), acts: true },
  { optimizer: decayedSgd, clip: "clip = value(1000)", move: sgd, clipped: byValue(1000), acts: false },
  { optimizer: decayedAdam, clip: "clip = norm(0.7)", move: adam, clipped: byNorm(0.7), acts: true },
  { optimizer: decayedAdam, clip: "clip = value(0.03)", move: adam, clipped: byValue(0.03), acts: true },
];
const models = modelsOf(
  `cnn 1${cases.map(({ optimizer, clip }, i) => network(`Clipped${i}`, optimizer, clip)).join("")}`,
);
const named = cases.map((one, i) => [`${one.optimizer}, ${one.clip}`, one, models[i]!] as const);

let addon: Addon;
beforeAll(async () => {
  addon = await buildQuickly("clips", models, nativeIsa(), (model) =>
    model === models[0] ? ["infer", "step", "gradient"] : ["step", "gradient"],
  );
}, 600_000);

/** Gradients of the learned parameters, and their norm in float64. */
function gradientsOf(model: CheckedModel) {
  const { inputs, parameters, targets } = draw(model, 5);
  const given = targetsOf(model, targets);
  const native = open(addon, model, parameters);
  const { gradients } = native.lossGradient(inputs, given, { seed: 1, step: 0 });
  native.step(inputs, given, { seed: 1, step: 0 });
  const moved = native.parameters();
  native.dispose();
  const learned: Tensors = new Map([...gradients].filter(([name]) => parameters.has(name)));
  const squares = [...learned.values()].flatMap(({ data }) => Array.from(data, (g) => g * g));
  return { learned, parameters, moved, norm: Math.sqrt(squares.reduce((a, b) => a + b, 0)) };
}

describe("clipping", () => {
  it.each(named)("%s moves parameters by the formula", (_, { move, clipped, acts }, model) => {
    const { learned, parameters, moved, norm } = gradientsOf(model);
    const all = [...learned.values()].flatMap(({ data }) => [...data]);
    expect(all.some((g) => Math.abs(clipped(g, norm) - g) > 1e-3 * Math.abs(g))).toBe(acts);
    for (const [name, { data }] of learned) {
      const expected = parameters.get(name)!.data.map((w, i) => move(w, clipped(data[i]!, norm)));
      expectClose(moved.get(name)!.data, expected, 2e-6);
    }
  });

  it("by the norm gives the same bits on any number of threads", () => {
    checkThreads(addon, models[0]!, 17);
  });
});
