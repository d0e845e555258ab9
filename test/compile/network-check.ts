import { expect } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import {
  finiteDifferences,
  NativeModel,
  referenceLoss,
  referenceOutputs,
  tensor,
  withZeroRow,
  type Tensor,
  type Tensors,
} from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { sizeOf } from "../../compiler/shape/tensor-type.ts";
import { hashName, RandomStream } from "../../runtime/random/philox.ts";

/** Numbers that a network is tried with, the same in every run. */
export interface Trial {
  readonly inputs: Tensors;
  readonly parameters: Tensors;
  /** Per output, a class for each sample, or the elements of each. */
  readonly targets: ReadonlyMap<string, readonly number[]>;
}

export function draw(model: CheckedModel, batch: number): Trial {
  const random = new RandomStream(1, hashName(model.name));
  const fill = (shape: readonly number[], value: () => number): Tensor => {
    const x = tensor(shape);
    x.data.forEach((_, i) => (x.data[i] = value()));
    return x;
  };
  const real = (scale: number) => (): number => Math.fround((random.uniform() * 2 - 1) * scale);
  const byte = (): number => random.below(256);
  const inputs = model.inputs.map(({ name, type }) => {
    const { dtype, shape, below } = type;
    const value = below !== undefined ? () => random.below(below) : dtype === "u8" ? byte : real(1);
    return [name, { ...type, ...fill([batch, ...shape], value) }] as const;
  });
  const parameters = model.layers.flatMap((layer) =>
    layer.parameters.map(({ name, spec }) => {
      const { shape, initial } = spec;
      // Weights that keep the size of activations: a deep network neither fades nor saturates.
      const scale = initial.kind === "weight" ? Math.sqrt(3 / initial.fanIn) : 0.5;
      const around = initial.kind === "ones" ? 1 : 0;
      return [
        name,
        withZeroRow(
          fill(shape, () => Math.fround(around + real(scale)())),
          spec,
        ),
      ] as const;
    }),
  );
  const targets = model.outputs.map(({ name, kind, shape }) => {
    const [count = 1] = shape;
    const elements = { length: batch * (kind === "class" ? 1 : sizeOf(shape)) };
    const element = kind === "class" ? () => random.below(count) : kind === "tensor" ? real(2) : () => random.below(2);
    return [name, Array.from(elements, element)] as const;
  });
  return { inputs: new Map(inputs), parameters: new Map(parameters), targets: new Map(targets) };
}

export function open(addon: Addon, model: CheckedModel, parameters: Tensors, threads = 1): NativeModel {
  const native = new NativeModel(addon, model, threads);
  native.setParameters(parameters);
  return native;
}

/** ‖found - expected‖∞ ≤ tolerance · max|expected| */
export function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what = ""): void {
  expect(found.length, what).toBe(expected.length);
  let [largest, worst] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    const difference = Math.abs(found[i]! - expected[i]!);
    worst = difference <= worst ? worst : difference;
  }
  expect(worst, what).toBeLessThanOrEqual(tolerance * Math.max(largest, 1e-3));
}

/** predict gives what the operators' references give. */
export function checkForward(addon: Addon, model: CheckedModel, batch: number, threads = 1): void {
  const { inputs, parameters } = draw(model, batch);
  const native = open(addon, model, parameters, threads);
  const expected = referenceOutputs(model, inputs, parameters);
  native.infer(inputs).forEach((found, i) => {
    expect(found.shape).toEqual(expected[i]!.shape);
    expectClose(found.data, expected[i]!.data, 2e-5, model.outputs[i]!.name);
  });
  native.dispose();
}

/** Elements whose kinks a finite difference may have crossed: no more than this share may be off. */
const kinks = 0.05;

/** Loss and gradients against the reference; `elements` of each tensor by finite differences. */
export function checkLoss(addon: Addon, model: CheckedModel, batch: number, elements = 25): void {
  const { inputs, parameters, targets } = draw(model, batch);
  const native = open(addon, model, parameters);
  const { results, gradients } = native.lossGradient(inputs, targetsOf(model, targets));
  native.dispose();
  expect(results[0]).toBeCloseTo(referenceLoss(model, inputs, parameters, targets), 5);
  const loss = (x: Tensors, w: Tensors): number => referenceLoss(model, x, w, targets);
  checkGradients(model, { inputs, parameters, gradients, elements }, loss);
}

/** Gradients of Σ seed·output of a model that does not say how to train. */
export function checkOutputs(addon: Addon, model: CheckedModel, batch: number, elements = 25): void {
  const { inputs, parameters } = draw(model, batch);
  const random = new RandomStream(3, hashName(model.name));
  const seeds = referenceOutputs(model, inputs, parameters).map(({ shape, data }) =>
    tensor(
      shape,
      data.map(() => Math.fround(random.uniform() * 2 - 1)),
    ),
  );
  const native = open(addon, model, parameters);
  const gradients = native.gradient(inputs, seeds);
  native.dispose();
  checkGradients(model, { inputs, parameters, gradients, elements }, (x, w) =>
    referenceOutputs(model, x, w).reduce(
      (sum, { data }, i) => data.reduce((a, value, k) => a + value * seeds[i]!.data[k]!, sum),
      0,
    ),
  );
}

interface Found {
  readonly inputs: Tensors;
  readonly parameters: Tensors;
  readonly gradients: Tensors;
  readonly elements: number;
}

function checkGradients(
  model: CheckedModel,
  { inputs, parameters, gradients, elements }: Found,
  evaluate: (inputs: Tensors, parameters: Tensors) => number,
): void {
  const random = new RandomStream(2, hashName(model.name));
  for (const [name, { data }] of gradients) {
    const isInput = inputs.has(name);
    const at = (isInput ? inputs : parameters).get(name)!;
    const chosen = Array.from({ length: Math.min(elements, data.length) }, () => random.below(data.length));
    const value = (changed: Tensor): number =>
      isInput
        ? evaluate(new Map(inputs).set(name, changed), parameters)
        : evaluate(inputs, new Map(parameters).set(name, changed));
    const numeric = finiteDifferences(value, at, chosen);
    const largest = numeric.reduce((a, x) => Math.max(a, Math.abs(x)), 1e-4);
    const off = chosen.filter((element, i) => !(Math.abs(data[element]! - numeric[i]!) <= 1e-4 * largest));
    const shown = chosen.map((element, i) => `${data[element]} for ${numeric[i]}`).join("\n");
    expect(off.length, `${model.name}: gradient of ${name}\n${shown}`).toBeLessThanOrEqual(
      Math.ceil(kinks * chosen.length),
    );
  }
}

/** A step of plain SGD moves each parameter by the gradient that `gradient` gives. */
export function checkStep(addon: Addon, model: CheckedModel, batch: number): void {
  const { inputs, parameters, targets } = draw(model, batch);
  const given = targetsOf(model, targets);
  const native = open(addon, model, parameters);
  const { results, gradients } = native.lossGradient(inputs, given, { seed: 1, step: 0 });
  const loss = native.step(inputs, given, { seed: 1, step: 0 });
  const rate = native.learningRate(0, 100);
  const moved = native.parameters();
  native.dispose();
  expect(loss[0]).toBe(results[0]);
  for (const [name, gradient] of gradients) {
    if (!parameters.has(name)) continue;
    const expected = parameters.get(name)!.data.map((w, i) => w - rate * gradient.data[i]!);
    expectClose(moved.get(name)!.data, expected, 1e-6, name);
  }
}

/** Prediction, gradients and what a step moves are the same to the bit on 1, 2 and 4 threads. */
export function checkThreads(addon: Addon, model: CheckedModel, batch: number): void {
  const { inputs, parameters, targets } = draw(model, batch);
  const run = (threads: number): unknown => {
    const native = open(addon, model, parameters, threads);
    const outputs = native.infer(inputs);
    const given = targetsOf(model, targets);
    const training = model.train && native.lossGradient(inputs, given, { seed: 4, step: 2 });
    if (model.train) native.step(inputs, given, { seed: 4, step: 2 });
    const moved = native.parameters();
    native.dispose();
    return { outputs, training, moved };
  };
  const alone = run(1);
  for (const threads of [2, 4]) expect(run(threads), `${model.name} on ${threads} threads`).toEqual(alone);
}

/** Targets in the order of the program: that in which the loss names them. */
export function targetsOf(model: CheckedModel, targets: Trial["targets"]): readonly (readonly number[])[] {
  const names = new Set<string>();
  const walk = (loss: NonNullable<CheckedModel["train"]>["loss"]): void => {
    if (loss.kind === "loss") names.add(loss.target);
    if (loss.kind === "binary") [loss.left, loss.right].forEach(walk);
  };
  if (model.train) walk(model.train.loss);
  return [...names].map((name) => targets.get(name)!);
}
