import type { Precision } from "../../compiler/ir/plan.ts";
import { cudaTarget } from "../../compiler/passes/targets.ts";
import { sampleModels } from "../../compiler/testing/index.ts";
import { checkSamples, type Tolerances } from "../ops/every-op.ts";
import { samplesOfAllKernels } from "../ops/all-kernels.ts";
import { isFullRun } from "../support/full-run.ts";

/** What of the largest value results and gradients may be off. */
export const tolerances: { readonly [P in Precision]: Tolerances } = {
  f32: { forward: 1e-5, gradient: 1e-5 },
  tf32: { forward: 2e-3, gradient: 2e-3, rounding: 2 ** -11 },
  f16: { forward: 1e-2, gradient: 1e-2, rounding: 2 ** -11 },
  bf16: { forward: 1e-2, gradient: 1e-2, rounding: 2 ** -8 },
};

/**
 * Samples of operators on an emulated device: forward and gradients. Enough to run each kernel in each form, and all in a full
 * run.
 */
export function everyOpOnDevice(precision: Precision): void {
  const samples = sampleModels();
  const all = isFullRun;
  checkSamples(precision, tolerances[precision], all ? samples : samplesOfAllKernels(samples, cudaTarget(precision)));
}
