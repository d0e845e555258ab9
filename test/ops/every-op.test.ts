import { describe } from "vitest";
import { sampleModels } from "../../compiler/testing/index.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { isFullRun } from "../support/full-run.ts";
import { testedIsas } from "../support/instruction-sets.ts";
import { samplesOfAllKernels } from "./all-kernels.ts";
import { checkSamples, ofProcessors } from "./every-op.ts";

/** Compiled as for users: samples that run each kernel in each form; all, on every instruction set that there is, in a full run. */
const samples = sampleModels();
describe.each(testedIsas)("%s", (isa) => {
  checkSamples(isa, ofProcessors, isFullRun ? samples : samplesOfAllKernels(samples, targets[isa]));
});
