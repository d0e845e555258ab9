import { expect } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import type { Isa, Precision } from "../../compiler/ir/plan.ts";
import { mapTensor, NativeModel, type Tensors } from "../../compiler/testing/index.ts";
import { drawInputs, drawParameters, drawTarget } from "../../compiler/testing/draws.ts";
import { RandomStream } from "../../runtime/random/philox.ts";
import { buildQuickly } from "../support/build-quickly.ts";

export interface Training {
  readonly batch: number;
  readonly steps: number;
  /** What the tolerance may be at most; where rounding does more to the network, losses would tell nothing of the device. */
  readonly most: number;
}

/** Trains by all steps over the same batch, on a processor or an emulated device; gives the loss of each step. */
async function trainer(
  model: CheckedModel,
  on: Isa | Precision,
  { batch, steps }: Training,
): Promise<(parameters: Tensors) => readonly number[]> {
  const addon = await buildQuickly(`follows_${model.name}_${on}`, [model], on, () => ["step"]);
  const { targets } = addon.models().find(({ name }) => name === model.name)!;
  const outputs = model.outputs.filter(({ name }) => targets.some((target) => target.name === name));
  const inputs = drawInputs(model, batch);
  const given = outputs.map((output) => drawTarget(output, batch));
  return (parameters) => {
    const native = new NativeModel(addon, model);
    native.setParameters(parameters);
    const losses = Array.from(
      { length: steps },
      (_, step) => native.step(inputs, given, { step, totalSteps: steps })[0]!,
    );
    native.dispose();
    return losses;
  };
}

/**
 * How far one target's results are from those of another, expressed as a change of the weights, relatively: sums of n products
 * in f32 are the exact ones of weights that are off by about √n·2⁻²⁴ (Higham and Mary 2019, doi:10.1137/18M1226312), and
 * the networks' sums have about 2⁸ terms.
 */
const rounding = 2 ** -20;

/** The smallest distance of losses that means something: the loss is rounded, too. */
const smallest = 2 ** -20;

/** With so many other weights the processor is asked. */
const runs = 8;

const distances = (losses: readonly number[], from: readonly number[]): number[] =>
  losses.map((loss, step) => Math.abs(loss - from[step]!) / Math.abs(from[step]!));

/**
 * How far losses may be off at each step, relatively: as far as the processor's own are at that step or before, when its first weights are
 * moved by a rounding. Training multiplies a difference from step to step, by little while everything is smooth; but
 * where a value lies so near to a kink (of `relu`, of `max_pool`) that it comes to lie on the other side of it, gradients
 * jump. How near values are depends on network, weights and batch, so it is measured, not guessed.
 */
function tolerances(
  train: (parameters: Tensors) => readonly number[],
  parameters: Tensors,
  losses: readonly number[],
): readonly number[] {
  const random = new RandomStream(1, 1);
  const move = (x: number): number => x * (1 + rounding * (2 * random.uniform() - 1));
  const moved = Array.from({ length: runs }, () =>
    distances(train(new Map([...parameters].map(([name, x]) => [name, mapTensor(x, move)]))), losses),
  );
  return losses.map((_, step) => Math.max(smallest, ...moved.flatMap((distance) => distance.slice(0, step + 1))));
}

/**
 * The device's losses are those of the processor, step by step, but for the order of sums: both train by the same arithmetic,
 * dropout and augmentation included.
 */
export async function expectToFollow(model: CheckedModel, training: Training): Promise<void> {
  const parameters = drawParameters(model);
  const onProcessor = await trainer(model, nativeIsa(), training);
  const losses = onProcessor(parameters);
  const allowed = tolerances(onProcessor, parameters, losses);
  const [last] = allowed.slice(-1);
  expect(last).toBeLessThanOrEqual(training.most);
  expect(Math.abs(losses.at(-1)! - losses[0]!)).toBeGreaterThan(last! * losses[0]!);
  const onDevice = await trainer(model, "f32", training);
  const found = onDevice(parameters);
  distances(found, losses).forEach((distance, step) => {
    expect(distance, `step ${step}: ${found[step]} for ${losses[step]}`).toBeLessThanOrEqual(allowed[step]!);
  });
}
