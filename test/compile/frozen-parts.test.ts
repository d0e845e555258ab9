import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { targets as allTargets } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { checkForward, checkLoss, checkThreads, draw, expectClose, open, targetsOf } from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

/** A frozen part before all that learns, one between, with statistics that stand, and parts at rates of their own. */
const [tuned, still] = modelsOf(`cnn 1
block Normed(channels) {
  out in -> conv(channels, kernel=3, pad=1, bias=false) -> batch_norm -> tanh
}
model Tuned(slow=0.25) {
  input x: f32[3, 7, 6]
  shared twice = conv(5, kernel=3, pad=1)
  stem = x -> repeat 2 { Normed(5) } -> twice
  body = stem -> repeat 2 { Normed(5) } -> conv(5, kernel=1) -> twice
  logits = body -> flatten -> dense(9) as hidden -> tanh -> dense(3)
  output kind: class[3] = logits -> softmax
  train {
    loss = cross_entropy(logits, kind)
    optimizer = sgd(lr=0.5)
    freeze = [stem, "body.Normed1.1", logits.hidden.bias, twice]
    lr_scale = [body.conv1 * slow, "body.Normed1.0" * (2 * slow), logits.dense2 * 3]
  }
}
// A norm of which one parameter learns keeps to the statistics of the batch.
model Still {
  input x: f32[3, 7, 6]
  y = x -> conv(5, kernel=3, bias=false) -> batch_norm -> tanh -> conv(4, kernel=3, bias=false) -> batch_norm -> flatten
  logits = y -> dense(3)
  output kind: class[3] = logits -> softmax
  train {
    loss = cross_entropy(logits, kind)
    optimizer = adam(lr=0.1)
    freeze = [y.conv1, y.batch_norm1.bias, y.batch_norm2.weight]
    clip = norm(0.5)
  }
}`);
const factors: readonly (readonly [RegExp, number])[] = [
  [/^(stem|twice|body\.Normed1\.1|logits\.hidden\.bias)/, 0],
  [/^body\.conv1/, 0.25],
  [/^body\.Normed1\.0/, 0.5],
  [/^logits\.dense2/, 3],
  [/^logits\.hidden\.weight/, 1],
];

let addon: Addon;
beforeAll(async () => {
  addon = await buildQuickly("frozen_parts", [tuned!, still!], nativeIsa(), () => ["infer", "step", "gradient"]);
}, 600_000);

describe("a network with frozen parts", () => {
  it.each([tuned!, still!])("$name predicts and has the gradients of the float64 reference", (model) => {
    checkForward(addon, model, 3, 2);
    checkLoss(addon, model, 5, 12);
    checkThreads(addon, model, 17);
  });

  it("moves each part by its factor of the learning rate, and nothing of what is frozen", () => {
    const { inputs, parameters, targets } = draw(tuned!, 5);
    const given = targetsOf(tuned!, targets);
    const native = open(addon, tuned!, parameters);
    const { gradients } = native.lossGradient(inputs, given);
    native.step(inputs, given);
    const moved = native.parameters();
    native.dispose();
    for (const [name, { data }] of moved) {
      const factor = factors.find(([pattern]) => pattern.test(name))![1];
      const before = parameters.get(name)!.data;
      // Running values of a part that learns go on.
      if (factor > 0 && name.includes("running")) expect(data).not.toEqual(before);
      else if (factor === 0) expect([name, data]).toEqual([name, Float64Array.from(before)]);
      else {
        const gradient = gradients.get(name)!.data;
        expect(gradient.some((g) => Math.abs(g) > 1e-4)).toBe(true);
        const expected = before.map((w, i) => w - 0.5 * factor * gradient[i]!);
        expectClose(data, expected, 1e-6, name);
      }
    }
  });

  it("computes no gradient of what is frozen, nor in front of the first part that learns", () => {
    const { graph } = planModel(tuned!, allTargets.avx2, ["step"]).plans.step!;
    const computed = [...graph.gradients, ...graph.nodes.flatMap(({ outputs }) => outputs)];
    const gradients = computed.filter((id) => id.endsWith(".gradient"));
    expect(gradients.filter((id) => /^(stem|twice|x\b|body\.Normed1\.1.*(weight|bias))/.test(id))).toEqual([]);
    expect(gradients).toContain("body.Normed1.0.conv1.weight.gradient");
    const moments = graph.nodes.filter(({ core }) => core.family === "batch_moments");
    expect(moments).toHaveLength(1);
  });
});
