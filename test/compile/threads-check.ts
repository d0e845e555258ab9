import { expect } from "vitest";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { NativeModel } from "../../compiler/testing/index.ts";
import { drawInputs, drawParameters } from "../../compiler/testing/draws.ts";
import type { Addon } from "../../runtime/bind/addon.ts";

/** How often several threads try: who takes which rows is chance. */
const tries = 3;

/** Predictions of a sample, and of several, are the same to the bit on 1, 2 and 4 threads. */
export function expectSameOnThreads(addon: Addon, model: CheckedModel): void {
  const parameters = drawParameters(model);
  const inputs = [1, 5].map((batch) => drawInputs(model, batch));
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
  const bytes = ({ buffer }: Float64Array): Buffer => Buffer.from(buffer);
  for (const threads of [2, 4])
    for (const outputs of predict(threads, tries)) {
      const same = outputs.map((output, i) => bytes(output).equals(bytes(alone![i]!)));
      expect(same, `outputs of ${model.name}, of 1 sample, then of 5, on ${threads} threads`).not.toContain(false);
    }
}
