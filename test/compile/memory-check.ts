import { expect } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { NativeModel, type Tensors } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { draw, targetsOf } from "./network-check.ts";

/** The network as it is, and in little memory: under a name of its own, so that one addon has both. */
export function withLowMemory(model: CheckedModel): CheckedModel {
  return { ...model, name: `${model.name}Low`, train: { ...model.train!, memory: "low" } };
}

class Watched extends NativeModel {
  arenaBytes(): number {
    return this.instance.arenaBytes;
  }
}

const bytes = ({ buffer, byteOffset, byteLength }: Float64Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
/** Of millions of weights in no time. */
const sameBits = (a: Float64Array, b: Float64Array): boolean => bytes(a).equals(bytes(b));

interface Training {
  /** After each step. */
  readonly results: readonly Float64Array[];
  readonly weights: readonly Tensors[];
  readonly bytes: number;
}

function train(addon: Addon, trained: CheckedModel, drawn: CheckedModel, batch: number, threads: number): Training {
  const { inputs, parameters, targets } = draw(drawn, batch);
  const native = new Watched(addon, trained, threads);
  native.setParameters(parameters);
  const given = targetsOf(drawn, targets);
  const steps = Array.from({ length: 3 }, (_, step) => ({
    results: native.step(inputs, given, { seed: 5, step, totalSteps: 3 }),
    weights: native.parameters(),
  }));
  const bytes = native.arenaBytes();
  native.dispose();
  return { results: steps.map(({ results }) => results), weights: steps.map(({ weights }) => weights), bytes };
}

/** Losses, metrics, weights and running statistics after each of three steps are the same to the bit, on one thread and on two. */
export function expectSameTraining(addon: Addon, model: CheckedModel, batch = 3): void {
  const usual = train(addon, model, model, batch, 1);
  for (const loss of usual.results) expect(loss[0], `a loss of ${model.name}`).not.toBeNaN();
  for (const threads of [1, 2]) {
    const low = train(addon, withLowMemory(model), model, batch, threads);
    expect(low.results, `results of ${model.name} on ${threads} threads`).toEqual(usual.results);
    usual.weights.forEach((weights, step) => {
      const other = [...weights]
        .filter(([name, { data }]) => !sameBits(low.weights[step]!.get(name)!.data, data))
        .map(([name]) => name);
      expect(other, `weights of ${model.name} after step ${step}, on ${threads} threads`).toEqual([]);
    });
    // Each thread has memory of its own, too.
    if (threads === 1) expect(low.bytes, `memory of ${model.name}`).toBeLessThan(usual.bytes);
  }
}
