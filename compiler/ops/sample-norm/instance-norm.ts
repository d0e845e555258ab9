import { flag, real } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { sizeOf } from "../../shape/tensor-type.ts";
import { affineParameters, onnxIdentity, scaledAndShifted } from "./affine.ts";
import { checkNorm } from "./check.ts";
import { normalised } from "./reference.ts";

export const instanceNorm = defineOperator({
  name: "instance_norm",
  category: "normalisation",
  summary: "Standardises each channel of each sample over its positions.",
  doc:
    "y = (x - mean)/√(variance + eps), with mean and (biased) variance of each channel over the rows and columns of one sample; " +
    "training and inference do the same (Ulyanov et al. 2016, arXiv:1607.08022). With `affine=true` the result is scaled by weight[c] " +
    "and shifted by bias[c], as `group_norm` does with as many groups as channels. PyTorch's `InstanceNorm1d` and `InstanceNorm2d` without running values.",
  operands: ["x"],
  attributes: {
    eps: real({ doc: "Added to the variance.", default: 1e-5, min: 0 }),
    affine: flag({ doc: "Also learn a scale and a shift for each channel.", default: false }),
  },
  parameters: ({ operands: [x], attributes: { affine } }) => (affine ? affineParameters(x!.shape[0]!) : []),
  shape: ({ operands: [x], fail }) => checkNorm("instance_norm", x!, sizeOf(x!.shape.slice(1)), { fail }),
  lower: ({ b, operands: [x], parameters, attributes: { eps, affine }, training }) => {
    const [channels = 1] = b.typeOf(x!).shape;
    const scale = training ? { scale: b.sampleResult("scale", [channels]) } : {};
    const core = { family: "group_norm", groups: channels, eps, ...scale } as const;
    return scaledAndShifted(b, b.node(core, [x!], affine ? { part: "normalised" } : {}), parameters);
  },
  standardises: () => ({ moments: "sample", perChannel: true }),
  onnx: ({ b, operands: [x], type, parameters, attributes: { eps, affine } }) => {
    const scaleAndShift = affine ? parameters : onnxIdentity(b, type.shape[0]!);
    return b.node("InstanceNormalization", [x!, ...scaleAndShift], { epsilon: { float: eps } });
  },
  reference: ({ operands: [x], parameters, attributes: { eps } }) =>
    normalised(x!, parameters, eps, (n, c) => n * x!.shape[1]! + c),
  samples: [
    { link: "instance_norm", input: [5, 4, 6], batch: 3 },
    { link: "instance_norm(affine=true)", input: [33, 3, 3], batch: 17 },
    { link: "instance_norm(affine=true)", input: [7, 40], batch: 3 },
    { link: "instance_norm(0.001)", input: [1, 40, 33], batch: 1 },
    { link: "conv(20, kernel=3, pad=1, bias=false) -> instance_norm -> relu", input: [3, 7, 5], batch: 3 },
    { link: "conv(6, kernel=3, bias=false) -> instance_norm(affine=true) -> max_pool(2)", input: [3, 7, 8], batch: 2 },
  ],
});
