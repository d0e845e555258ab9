/** What tests of models are written with: float64 references, finite differences, native programs called by name. */
export {
  referenceForward,
  referenceOutputs,
  referenceLoss,
  finiteDifferences,
  slopeAlong,
  type Tensors,
} from "./reference.ts";
export { modelsOfSamples, operators, sampleModels, type SampleModel } from "./samples.ts";
export { modelOf, modelsOf } from "./source.ts";
export { withZeroRow } from "./zero-row.ts";
export {
  buildTestAddon,
  testProject,
  NativeModel,
  NativeSample,
  type SampleAddon,
  type SampleInstance,
} from "./native.ts";
export { tensor, mapTensor, type Tensor } from "../opkit/tensor.ts";
