import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { parametersOf } from "../../compiler/check/cost.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelsOf, referenceForward, type Tensor } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import {
  checkForward,
  checkLoss,
  checkOutputs,
  checkStep,
  checkThreads,
  draw,
  expectClose,
  open,
  targetsOf,
} from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const train = `train { loss = cross_entropy(logits, label)  optimizer = sgd(lr=0.1)  batch = 5  epochs = 1 }`;

const [siamese, normed, sizes, orders, random] = modelsOf(`cnn 1
block Tower(channels) {
  x = in -> conv(channels, kernel=3, pad=1) -> relu
  out x -> repeat 2 { conv(channels, kernel=3, pad=1) -> tanh } -> global_avg_pool
}
block Normed(channels) {
  out in -> conv(channels, kernel=3, bias=false) -> batch_norm -> tanh
}
block Drawn(channels) {
  out in -> conv(channels, kernel=3) -> dropout(0.4) -> relu(leak_grad=0.01..0.05) -> global_avg_pool
}
model Siamese {
  input left: f32[2, 6, 6]
  input right: f32[2, 6, 6]
  shared tower = Tower(5)
  shared turn = dense(5)
  a = left -> tower -> turn
  b = right -> tower -> repeat 2 { turn -> tanh }
  output label: class[5] = add(a, b) -> softmax
}
// The running values move by the deeper use first, although the other is ready before.
model Twins {
  input left: f32[3, 9, 9]
  input right: f32[3, 7, 6]
  shared first = Normed(3)
  shared norm = batch_norm
  shared widen = conv(7, kernel=1, bias=false)
  shared score = dense(7)
  a = left -> first -> first -> widen -> norm -> relu -> global_avg_pool
  b = right -> widen -> norm -> relu -> global_avg_pool
  both = add(add(a -> score, b -> score), a -> score)
  logits = add(both, both -> repeat 2 { score -> tanh })
  output label: class[7] = logits -> softmax
  ${train}
}
// For rows of 11 and of 6 pixels the best tiles have different numbers of vectors.
model Sizes {
  input picture: f32[3, 2, 11]
  shared same = conv(33, kernel=3, pad=1)
  shared pooled = conv(33, kernel=3, pad=1)
  a = picture -> conv(33, kernel=1) -> same -> pooled -> max_pool(2, pad=[0, 0, 0, 1])
  b = a -> same -> pooled -> global_avg_pool
  logits = b -> dense(3)
  output label: class[3] = logits -> softmax
  ${train}
}
// All operands of the dense layer have 16 numbers, in other orders; prediction needs but one use.
model Orders {
  input picture: f32[4, 2, 2]
  input row: f32[2, 2, 4]
  input vector: f32[16]
  shared turn = dense(5)
  a = picture -> tanh -> flatten -> turn
  b = row -> tanh -> flatten -> turn
  logits = add(add(a, b), vector -> turn)
  output label: class[5] = a -> softmax
  ${train}
}
model Random {
  input left: f32[2, 6, 6]
  input right: f32[2, 6, 6]
  shared tower = Drawn(5)
  logits = add(left -> tower, right -> tower)
  output label: class[5] = logits -> softmax
  ${train}
}`) as [CheckedModel, CheckedModel, CheckedModel, CheckedModel, CheckedModel];
const models = [siamese, normed, sizes, orders, random];
const trained = [normed, sizes, orders, random];
const named = (list: readonly CheckedModel[]) => list.map((model) => [model.name, model] as const);

describe("layers that are used several times", () => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly("shared_layers", models, nativeIsa(), (model) =>
      model.train ? ["infer", "gradient", "step"] : ["infer", "gradient"],
    );
  }, 600_000);

  it("have each parameter once", () => {
    const names = ["tower.x.conv1", "tower.conv1.0", "tower.conv1.1", "turn"];
    const expected = names.flatMap((name) => [`${name}.weight`, `${name}.bias`]);
    expect(parametersOf(siamese).map(({ name }) => name)).toEqual(expected);
    expect(addon.models()[0]!.parameters).toEqual(expected);
  });

  it.each(named(models))("predict what the reference predicts: %s", (_, model) => {
    for (const batch of [1, 5]) checkForward(addon, model, batch, 2);
  });

  it("have the gradients of their outputs", () => {
    checkOutputs(addon, siamese, 3);
  });

  // Finite differences of the reference know nothing of what dropout draws.
  it.each(named(trained.filter((model) => model !== random)))("have the gradients of the loss: %s", (_, model) => {
    checkLoss(addon, model, 2, 5);
  });

  it.each(named(trained))("move by their gradients: %s", (_, model) => {
    checkStep(addon, model, 9);
  });

  it.each(named(trained))("give the same bits on any number of threads: %s", (_, model) => {
    checkThreads(addon, model, 17);
  });

  it("draw anew in each use", () => {
    const { inputs, parameters, targets } = draw(random, 3);
    const twice = new Map(inputs).set("right", inputs.get("left")!);
    const native = open(addon, random, parameters);
    const { gradients } = native.lossGradient(twice, targetsOf(random, targets), { seed: 2 });
    native.dispose();
    expect(gradients.get("left")!.data).not.toEqual(gradients.get("right")!.data);
  });

  it("move running values once for each use, in the order of the uses", () => {
    const { inputs, parameters, targets } = draw(normed, 5);
    const native = open(addon, normed, parameters);
    native.step(inputs, targetsOf(normed, targets), { seed: 1, step: 0 });
    const found = native.parameters();
    native.dispose();
    const values = referenceForward(normed, inputs, parameters, true);
    for (const [which, uses] of normedUses()) {
      const expected = running(
        parameters,
        which,
        uses.map((value) => values.get(value)!),
      );
      for (const part of ["running_mean", "running_var"] as const)
        expectClose(found.get(`${which}.${part}`)!.data, expected[part], 2e-6, `${which}.${part}`);
    }
  });
});

/** Operands of each normalisation of `Twins`, in the order of its uses. */
function normedUses(): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  for (const { operator, operands, parameters } of normed.layers) {
    if (operator.name !== "batch_norm") continue;
    const name = parameters[0]!.name.replace(/\.weight$/, "");
    uses.set(name, [...(uses.get(name) ?? []), operands[0]!]);
  }
  return uses;
}

/** Running mean and variance after they have moved by a tenth towards those of each operand. */
function running(parameters: ReadonlyMap<string, Tensor>, name: string, operands: readonly Tensor[]) {
  const [mean, variance] = ["running_mean", "running_var"].map((part) =>
    parameters.get(`${name}.${part}`)!.data.slice(),
  );
  for (const { shape, data } of operands) {
    const [, channels = 1, ...plane] = shape;
    const pixels = plane.reduce((a, b) => a * b, 1);
    for (let c = 0; c < channels; c++) {
      const own = data.filter((_, i) => Math.floor(i / pixels) % channels === c);
      const average = own.reduce((a, b) => a + b, 0) / own.length;
      const spread = own.reduce((a, b) => a + (b - average) ** 2, 0) / (own.length - 1);
      mean![c]! += 0.1 * (average - mean![c]!);
      variance![c]! += 0.1 * (spread - variance![c]!);
    }
  }
  return { running_mean: mean!, running_var: variance! };
}

describe.each(["avx512", "avx2", "scalar"] as const)("weights of several uses, %s", (isa) => {
  it.each(named(models))("are read in the blocks they are packed in: %s", (_, model) => {
    for (const { graph, choices, packings } of Object.values(planModel(model, targets[isa]).plans))
      graph.nodes.forEach(({ core, inputs }, i) => {
        if (core.family !== "conv" && core.family !== "dense") return;
        const { lanes, vectors } = packings.get(inputs[1]!)!;
        // One that is computed in tiles reads a copy, made from what the direct kernel would read.
        const reader = choices[i]!.forward ?? choices[i]!;
        expect([reader.lanes, reader.tile!.vectors]).toEqual([lanes, vectors]);
      });
  });
});
