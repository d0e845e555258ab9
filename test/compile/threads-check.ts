import { expect } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { NativeModel, tensor, type Tensor } from "../../compiler/testing/index.ts";
import { drawInputs, drawParameters } from "../../compiler/testing/draws.ts";
import type { Addon } from "../../runtime/bind/addon.ts";

/** How often several threads try: who takes which rows is chance. */
const tries = 3;

/** Predictions of five samples, and of the first alone, are the same to the bit on 1, 2 and 4 threads. */
export function expectSameOnThreads(addon: Addon, model: CheckedModel): void {
  const parameters = drawParameters(model);
  const five = drawInputs(model, 5);
  const inputs = [new Map([...five].map(([name, x]) => [name, firstOf(x)])), five];
  const predict = (threads: number, times: number): Float64Array[][] => {
    const native = new NativeModel(addon, model, threads);
    native.setParameters(parameters);
    const rounds = Array.from({ length: times }, () =>
      inputs.flatMap((given) => native.infer(given).map(({ data }) => data)),
    );
    native.dispose();
    return rounds;
  };
  const [alone] = predict(1, 1);
  // Equal zeros would tell nothing.
  for (const output of alone!) expect(new Set(output).size, model.name).toBeGreaterThan(1);
  const count = model.outputs.length;
  for (const [i, output] of alone!.slice(0, count).entries()) {
    const first = alone![count + i]!.subarray(0, output.length);
    expect(bytes(first).equals(bytes(output)), `${model.name}: a sample of five, and alone`).toBe(true);
  }
  for (const threads of [2, 4])
    for (const outputs of predict(threads, tries)) {
      const same = outputs.map((output, i) => bytes(output).equals(bytes(alone![i]!)));
      expect(same, `outputs of ${model.name}, of one sample, then of five, on ${threads} threads`).not.toContain(false);
    }
}

const bytes = ({ buffer, byteOffset, byteLength }: Float64Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

function firstOf({ shape: [batch, ...shape], data }: Tensor): Tensor {
  return tensor([1, ...shape], data.slice(0, data.length / batch!));
}
