import { real, whole } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { sizeOf } from "../../shape/tensor-type.ts";
import { affineParameters, onnxAffine, onnxIdentity, scaledAndShifted } from "./affine.ts";
import { checkNorm } from "./check.ts";
import { normalised } from "./reference.ts";

export const groupNorm = defineOperator({
  name: "group_norm",
  category: "normalisation",
  summary: "Standardises groups of channels of each sample, then scales and shifts each channel.",
  doc:
    "y = (x - mean)/√(variance + eps)·weight[c] + bias[c]. The C channels are cut into `groups` runs of C/groups; mean and " +
    "(biased) variance are those of a run over all its positions in one sample, so a sample's result depends on no other sample, and " +
    "training and inference do the same (Wu & He 2018, arXiv:1803.08494). Of a vector [C] it standardises runs of its numbers. " +
    "One group is the layer norm of a picture over all of it. PyTorch's `GroupNorm`.",
  operands: ["x"],
  attributes: {
    groups: whole({ doc: "Groups that the channels are cut into; must divide them.", min: 1 }),
    eps: real({ doc: "Added to the variance.", default: 1e-5, min: 0 }),
  },
  parameters: ({ operands: [x] }) => affineParameters(x!.shape[0]!),
  shape: ({ operands: [x], attributes: { groups }, fail }) => {
    const [channels = 1] = x!.shape;
    if (channels % groups !== 0)
      fail("CNN303", { operator: "group_norm", groups: `${groups}`, channels: `${channels}`, what: "input" }, "groups");
    return checkNorm("group_norm", x!, sizeOf(x!.shape) / groups, { fail });
  },
  lower: ({ b, operands: [x], parameters, attributes: { groups, eps }, training }) => {
    const scale = training ? { scale: b.sampleResult("scale", b.typeOf(x!).shape.slice(0, 1)) } : {};
    const normed = b.node({ family: "group_norm", groups, eps, ...scale }, [x!], { part: "normalised" });
    return scaledAndShifted(b, normed, parameters);
  },
  standardises: ({ operands: [x], attributes: { groups } }) => ({
    moments: "sample",
    perChannel: groups === x!.shape[0],
  }),
  // `GroupNormalization` came with opset 18; the same as instances whose positions are a group's elements.
  onnx: ({ b, operands: [x], type, parameters, attributes: { groups, eps } }) => {
    const cut = b.node("Reshape", [x!, b.whole([0, groups, -1])]);
    const normed = b.node("InstanceNormalization", [cut, ...onnxIdentity(b, groups)], { epsilon: { float: eps } });
    return onnxAffine(b, b.node("Reshape", [normed, b.whole([0, ...type.shape])]), type, parameters);
  },
  reference: ({ operands: [x], parameters, attributes: { groups, eps } }) => {
    const size = x!.shape[1]! / groups;
    return normalised(x!, parameters, eps, (n, c) => n * groups + Math.floor(c / size));
  },
  samples: [
    { link: "group_norm(2)", input: [6, 4, 5], batch: 3 },
    { link: "group_norm(4)", input: [20, 3, 7], batch: 17 },
    { link: "group_norm(11)", input: [33, 2, 3], batch: 1 },
    { link: "group_norm(1)", input: [5, 9, 13], batch: 1 },
    { link: "group_norm(2)", input: [10, 21], batch: 3 },
    { link: "group_norm(3, eps=0.1)", input: [33], batch: 17 },
    { link: "conv(20, kernel=3, pad=1, bias=false) -> group_norm(5) -> relu", input: [3, 7, 5], batch: 3 },
    {
      link: "conv(6, kernel=3, pad=1) -> group_norm(3) -> tanh -> conv(6, kernel=3, pad=1) -> group_norm(2) -> add(x)",
      input: [6, 5, 5],
      batch: 3,
    },
  ],
});
