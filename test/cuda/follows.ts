import { expect } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import type { Isa, Precision } from "../../compiler/ir/plan.ts";
import { buildTestAddon, NativeModel } from "../../compiler/testing/index.ts";
import { drawInputs, drawParameters, drawTarget } from "../../compiler/testing/draws.ts";

export interface Training {
  readonly batch: number;
  readonly steps: number;
}

/** Losses and metrics of each step from the same weights over the same batch, on a processor or an emulated device. */
async function train(
  model: CheckedModel,
  on: Isa | Precision,
  { batch, steps }: Training,
): Promise<readonly number[][]> {
  const addon = await buildTestAddon(`follows_${model.name}_${on}`, [model], on, () => ["step"]);
  const native = new NativeModel(addon, model);
  native.setParameters(drawParameters(model));
  const inputs = drawInputs(model, batch);
  const targets = model.outputs.filter(({ name }) => addonTargets(addon, model).includes(name));
  const given = targets.map((output) => drawTarget(output, batch));
  const results = Array.from({ length: steps }, (_, step) => [
    ...native.step(inputs, given, { step, totalSteps: steps }),
  ]);
  native.dispose();
  return results;
}

function addonTargets(addon: Awaited<ReturnType<typeof buildTestAddon>>, { name }: CheckedModel): readonly string[] {
  return addon
    .models()
    .find((it) => it.name === name)!
    .targets.map((target) => target.name);
}

/**
 * The device's loss stays within `tolerance` of the processor's, step by step: both train by the same arithmetic but for the order
 * of sums, dropout and augmentation included.
 */
export async function expectToFollow(
  model: CheckedModel,
  training: Training,
  tolerance: number,
  precision: Precision = "f32",
) {
  const [device, processor] = [await train(model, precision, training), await train(model, nativeIsa(), training)];
  const losses = (results: readonly number[][]): number[] => results.map(([loss]) => loss!);
  const [first] = losses(processor);
  expect(Math.abs(losses(processor).at(-1)! - first!)).toBeGreaterThan(tolerance * Math.abs(first!));
  losses(device).forEach((loss, step) => {
    const expected = losses(processor)[step]!;
    expect(Math.abs(loss - expected), `step ${step}: ${loss} for ${expected}`).toBeLessThanOrEqual(
      tolerance * Math.abs(expected),
    );
  });
}
