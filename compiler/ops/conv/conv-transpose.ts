import { perAxis, perSide, whole, type Values } from "../../opkit/attributes.ts";
import { onnxWindow, positionAxes, type OnnxContext } from "../../opkit/onnx.ts";
import { defineOperator, type ShapeContext } from "../../opkit/operator.ts";
import { checkWindowed, rowsAndColumns, sizeText, windowOf } from "../../opkit/windows.ts";
import { extentOf, shapeOf, sizeOf, type TensorType } from "../../shape/tensor-type.ts";
import { unslide } from "../../shape/window.ts";
import { checkGroups, learned, learnedAttributes, windowAttributes, withBias } from "./convolution.ts";
import { transposeReference } from "./reference.ts";

const attributes = {
  channels: whole({ doc: "Output channels.", min: 1 }),
  kernel: windowAttributes.kernel,
  stride: perAxis({ doc: "Distance in the result between neighbours of the operand.", default: 1, min: 1 }),
  pad: perSide({ doc: "Rows and columns that are cut off the result.", default: 0 }),
  output_pad: perAxis({ doc: "Rows and columns more at the bottom and right.", default: 0, min: 0 }),
  dilation: windowAttributes.dilation,
  groups: whole({ doc: "Groups of channels that do not see each other.", default: 1, min: 1 }),
  ...learnedAttributes,
};
type Use = Values<typeof attributes>;

function resultOf({ shape }: TensorType, use: Use): TensorType {
  const { height, width } = unslide(extentOf(shape), windowOf(use), rowsAndColumns(use.output_pad, 0));
  return { dtype: "f32", shape: shapeOf([use.channels, height, width], shape.length) };
}

function checkSize(x: TensorType, use: Use, { fail }: Pick<ShapeContext<{}>, "fail">): TensorType {
  const operator = "conv_transpose";
  use.output_pad.forEach((more, axis) => {
    const least = Math.max(use.stride[axis]!, use.dilation[axis]!);
    if (more >= least) fail("CNN351", { operator, more: `${more}`, least: `${least}` }, "output_pad");
  });
  const type = resultOf(x, use);
  if (type.shape.every((n) => n >= 1)) return type;
  const whole = unslide(extentOf(x.shape), { ...windowOf(use), pad: [0, 0, 0, 0] }, rowsAndColumns(use.output_pad, 0));
  return fail("CNN352", { operator, size: sizeText([whole.height, whole.width], x.shape.length) }, "pad");
}

/**
 * onnxruntime takes an output_padding below the stride alone. What goes beyond it takes back what is cut off, then appends
 * zeros, on which the bias stands as elsewhere.
 */
function onnx({
  b,
  operands: [x],
  types: [type],
  parameters: [weight, bias],
  attributes: use,
}: OnnxContext<typeof attributes>) {
  const { pads, ...window } = onnxWindow(windowOf(use), type!);
  const axes = use.stride.length;
  const beyond = use.output_pad.map((more, axis) => Math.max(0, more - (use.stride[axis]! - 1)));
  const uncut = beyond.map((more, axis) => Math.min(more, pads[axes + axis]!));
  const zeros = beyond.map((more, axis) => more - uncut[axis]!);
  const own = use.output_pad.map((more, axis) => more - beyond[axis]!);
  const convolution = {
    ...window,
    pads: pads.map((cut, side) => cut - (uncut[side - axes] ?? 0)),
    ...(own.some((more) => more > 0) && { output_padding: own }),
    group: use.groups,
  };
  if (zeros.every((more) => more === 0))
    return b.node("ConvTranspose", [x!, weight!, ...(bias === undefined ? [] : [bias])], convolution);
  const sides = b.whole([0, 0, ...own.map(() => 0), 0, 0, ...zeros]);
  const padded = b.node("Pad", [b.node("ConvTranspose", [x!, weight!], convolution), sides]);
  return bias === undefined ? padded : b.node("Add", [padded, b.unsqueeze(bias, positionAxes(type!, false))]);
}

export const convTranspose = defineOperator({
  name: "conv_transpose",
  category: "convolution",
  summary: "Transposed convolution: with a stride the picture becomes larger.",
  doc:
    "y[k, p·stride + a·dilation - pad, q·stride + b·dilation - pad] = bias[k] + Σ_{c,a,b} w[c, k, a, b] · x[c, p, q], the " +
    "sum over all products that meet there: the gradient of a convolution to its operand, as a layer. Weights are " +
    "[C, K/groups, height, width]. Size: (n-1)·stride - pad_before - pad_after + dilation·(kernel-1) + output_pad + 1; " +
    "kernel=2 with stride=2 doubles it. First weights are scaled for the products that meet in one sum, C/groups·kernel/stride " +
    "on the average. PyTorch's `ConvTranspose2d`, of a sequence [C, L] `ConvTranspose1d` (Zeiler et al. 2010; arithmetic: " +
    "Dumoulin & Visin 2016, arXiv:1603.07285).",
  operands: ["x"],
  attributes,
  parameters: ({ operands: [x], attributes }) => {
    const { channels, kernel, stride, groups } = attributes;
    const inputs = x!.shape[0]!;
    const fanIn = ((inputs / groups) * sizeOf(kernel)) / sizeOf(stride);
    const fanOut = (channels / groups) * sizeOf(kernel);
    return learned([inputs, channels / groups, ...kernel], { fanIn, fanOut }, attributes);
  },
  shape: ({ operands: [x], attributes, ...report }) => {
    checkWindowed("conv_transpose", x!, report);
    checkGroups("conv_transpose", x!.shape[0]!, attributes, report);
    return checkSize(x!, attributes, report);
  },
  lower: ({ b, operands: [x], types: [type], attributes, parameters: [weight, bias] }) => {
    const core = { family: "conv_data_grad", window: windowOf(attributes), groups: attributes.groups } as const;
    return withBias(b, core, [x!, weight!, bias], { result: resultOf(type!, attributes) });
  },
  macs: ({ operands: [x], attributes: { channels, kernel, groups } }) =>
    (sizeOf(x!.shape) * channels * sizeOf(kernel)) / groups,
  onnx,
  reference: ({ operands: [x], parameters, attributes }) =>
    transposeReference(x!, parameters, { ...attributes, more: rowsAndColumns(attributes.output_pad, 0) }),
  samples: [
    { link: "conv_transpose(6, kernel=2, stride=2)", input: [20, 5, 4], batch: 3 },
    { link: "conv_transpose(20, kernel=3, stride=2, pad=1, output_pad=1)", input: [5, 4, 6], batch: 17 },
    { link: "conv_transpose(9, kernel=4, stride=2, pad=1, bias=false)", input: [33, 3, 4], batch: 2 },
    { link: "conv_transpose(16, kernel=3)", input: [3, 5, 5], batch: 1 },
    { link: "conv_transpose(7, kernel=[3, 2], stride=[1, 3], pad=[0, 1, 2, 0])", input: [4, 5, 4], batch: 3 },
    { link: "conv_transpose(8, kernel=3, stride=2, dilation=3, output_pad=[2, 1])", input: [6, 3, 4], batch: 2 },
    { link: "conv_transpose(48, kernel=3, stride=2, groups=3)", input: [48, 3, 3], batch: 2 },
    { link: "conv_transpose(12, kernel=2, stride=2, groups=4)", input: [8, 4, 5], batch: 3 },
    { link: "conv_transpose(5, kernel=1, stride=3, output_pad=2)", input: [3, 2, 2], batch: 3 },
    { link: "conv_transpose(6, kernel=4, stride=2, pad=1)", input: [20, 9], batch: 17 },
    { link: "conv_transpose(10, kernel=5, stride=3, pad=[2, 0], output_pad=1, groups=2)", input: [4, 7], batch: 3 },
    {
      link: "conv_transpose(20, kernel=2, stride=2, bias=false) -> batch_norm -> relu -> conv(5, kernel=3, pad=1)",
      input: [6, 4, 5],
      batch: 2,
    },
    {
      link: "conv(12, kernel=3, stride=2, pad=1) -> tanh -> conv_transpose(3, kernel=2, stride=2) -> tanh -> add(x)",
      input: [3, 6, 8],
      batch: 3,
    },
  ],
});
