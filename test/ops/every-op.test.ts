import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { buildTestAddon, sampleModels } from "../../compiler/testing/index.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { samplesOfAllKernels } from "./all-kernels.ts";
import { checkSamples, ofProcessors } from "./every-op.ts";

/** For this machine's own instruction set, compiled as for users: samples that run each kernel in each form; all in a full run. */
const isa = nativeIsa();
const samples = sampleModels();
const isFull = process.env["CNNC_FULL"] === "1";
checkSamples(isa, ofProcessors, isFull ? samples : samplesOfAllKernels(samples, targets[isa]), buildTestAddon);
