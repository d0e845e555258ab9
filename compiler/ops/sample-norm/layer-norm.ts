import { real } from "../../opkit/attributes.ts";
import { positionAxes } from "../../opkit/onnx.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { sizeOf } from "../../shape/tensor-type.ts";
import { affineParameters, scaledAndShifted } from "./affine.ts";
import { checkNorm } from "./check.ts";
import { normalised } from "./reference.ts";

export const layerNorm = defineOperator({
  name: "layer_norm",
  category: "normalisation",
  summary: "Standardises the channels at each position, then scales and shifts each channel.",
  doc:
    "y = (x - mean)/√(variance + eps)·weight[c] + bias[c], with mean and (biased) variance over the channels at each row and column " +
    "of each sample: of a vector [C] the layer norm of Ba et al. 2016 (arXiv:1607.06450), of a picture [C, H, W] that of ConvNeXt " +
    "(Liu et al. 2022, arXiv:2201.03545), PyTorch's `LayerNorm(C)` with the channels last. Training and inference do the same. " +
    "`group_norm(1)` standardises all of a picture together.",
  operands: ["x"],
  attributes: { eps: real({ doc: "Added to the variance.", default: 1e-5, min: 0 }) },
  parameters: ({ operands: [x] }) => affineParameters(x!.shape[0]!),
  shape: ({ operands: [x], fail }) => checkNorm("layer_norm", x!, x!.shape[0]!, { fail }),
  lower: ({ b, operands: [x], parameters, attributes: { eps }, training }) => {
    const positions = b.typeOf(x!).shape.slice(1);
    const scale = training ? { scale: b.sampleResult("scale", [1, ...positions]) } : {};
    const normed = b.node({ family: "channel_norm", eps, ...scale }, [x!], { part: "normalised" });
    return scaledAndShifted(b, normed, parameters);
  },
  standardises: () => ({ moments: "sample", perChannel: false }),
  onnx: ({ b, operands: [x], type, parameters, attributes: { eps } }) => {
    const norm = (value: string): string =>
      b.node("LayerNormalization", [value, ...parameters], { axis: -1, epsilon: { float: eps } });
    const positions = positionAxes(type, true);
    if (positions.length === 0) return norm(x!);
    const last = b.node("Transpose", [x!], { perm: [0, ...positions, 1] });
    return b.node("Transpose", [norm(last)], { perm: [0, positions.length + 1, ...positions.map((axis) => axis - 1)] });
  },
  reference: ({ operands: [x], parameters, attributes: { eps } }) => {
    const plane = sizeOf(x!.shape.slice(2));
    return normalised(x!, parameters, eps, (n, _channel, position) => n * plane + position);
  },
  samples: [
    { link: "layer_norm", input: [5, 4, 6], batch: 3 },
    { link: "layer_norm", input: [37], batch: 17 },
    { link: "layer_norm", input: [20, 9], batch: 3 },
    { link: "layer_norm(1e-3)", input: [20, 3, 3], batch: 1 },
    { link: "layer_norm", input: [600], batch: 3 },
    { link: "conv(20, kernel=3, pad=1) -> layer_norm -> gelu", input: [3, 7, 5], batch: 3 },
    {
      link: "conv(6, kernel=3, pad=1, groups=6) -> layer_norm -> conv(6, kernel=1) -> gelu -> add(x)",
      input: [6, 5, 5],
      batch: 3,
    },
    { link: "dense(33) -> layer_norm -> relu -> dense(4)", input: [12], batch: 17 },
  ],
});
