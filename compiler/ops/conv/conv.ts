import { e } from "../../ir/expression.ts";
import { flag, padding, perAxis, whole } from "../../opkit/attributes.ts";
import { initializer } from "../../opkit/initializer.ts";
import { onnxWindow } from "../../opkit/onnx.ts";
import { defineOperator, type ParameterSpec } from "../../opkit/operator.ts";
import { checkWindow, checkWindowed, windowOf } from "../../opkit/windows.ts";
import { extentOf, sizeOf, type TensorType } from "../../shape/tensor-type.ts";
import { slide } from "../../shape/window.ts";
import { reference } from "./reference.ts";
import { samples } from "./samples.ts";

interface Sizes {
  readonly channels: number;
  readonly kernel: readonly number[];
  readonly groups: number;
  readonly bias: boolean;
}

function parametersOf(x: TensorType, { channels, kernel, groups, bias }: Sizes): readonly ParameterSpec[] {
  const perGroup = x.shape[0]! / groups;
  const fanIn = perGroup * sizeOf(kernel);
  const fanOut = (channels / groups) * sizeOf(kernel);
  const weight: ParameterSpec = {
    name: "weight",
    shape: [channels, perGroup, ...kernel],
    initial: { kind: "weight", fanIn, fanOut },
  };
  return bias ? [weight, { name: "bias", shape: [channels], initial: { kind: "zeros" } }] : [weight];
}

function groupsHelp(input: number, output: number, groups: number): string {
  if (input % groups === 0)
    return `${groups} groups give a multiple of ${groups} channels, like ${groups * Math.ceil(output / groups)}`;
  const fitting = Array.from({ length: 64 }, (_, i) => i + 1).filter((g) => input % g === 0 && output % g === 0);
  return `${input} and ${output} channels together can be split into ${fitting.join(", ")}`;
}

export const conv = defineOperator({
  name: "conv",
  category: "convolution",
  summary: "Convolution over rows and columns, or along a sequence, with learned kernels.",
  doc:
    "y[k, p, q] = bias[k] + Σ_{c,a,b} w[k, c, a, b] · x[c, p·stride + a·dilation - pad, q·stride + b·dilation - pad]: " +
    "a cross-correlation, as in every framework. Outside the picture x is 0. With groups, output channel k sees only " +
    "the input channels of its own group. Size: floor((n + pad_before + pad_after - dilation·(kernel-1) - 1)/stride) + 1. " +
    "A sequence [C, L] is convolved along its length, with weights [K, C/groups, kernel] " +
    "(LeCun et al. 1998; arithmetic: Dumoulin & Visin 2016, arXiv:1603.07285).",
  operands: ["x"],
  attributes: {
    channels: whole({ doc: "Output channels.", min: 1 }),
    kernel: perAxis({ doc: "Kernel size.", min: 1 }),
    stride: perAxis({ doc: "Step between positions.", default: 1, min: 1 }),
    pad: padding({ doc: "Zeros around the picture; `same` keeps its size (stride 1).", default: 0 }),
    dilation: perAxis({ doc: "Distance between the kernel's taps.", default: 1, min: 1 }),
    groups: whole({ doc: "Groups of channels that do not see each other.", default: 1, min: 1 }),
    bias: flag({ doc: "Add a learned number per channel.", default: true }),
    init: initializer,
  },
  parameters: ({ operands: [x], attributes }) => parametersOf(x!, attributes),
  shape: ({ operands: [x], attributes, fail, warn }) => {
    checkWindowed("conv", x!, { fail, warn });
    const { channels, groups } = attributes;
    for (const [what, count] of [
      ["input", x!.shape[0]!],
      ["output", channels],
    ] as const)
      if (count % groups !== 0)
        fail("CNN303", { operator: "conv", groups: `${groups}`, channels: `${count}`, what }, "groups", {
          help: groupsHelp(x!.shape[0]!, channels, groups),
        });
    return checkWindow("conv", channels, x!, attributes, { fail, warn });
  },
  lower: ({ b, operands: [x], attributes, parameters: [weight, bias] }) => {
    const core = { family: "conv", window: windowOf(attributes), groups: attributes.groups } as const;
    if (bias === undefined) return b.node(core, [x!, weight!]);
    const product = b.node(core, [x!, weight!], { part: "product" });
    const sum = e.add(e.value(product), e.value(bias));
    return b.map(sum, () => ({ [product]: e.gradient, [bias]: e.gradient }));
  },
  macs: ({ operands: [x], attributes }) => {
    const { channels, kernel, groups } = attributes;
    const { height, width } = slide(extentOf(x!.shape), windowOf(attributes));
    return channels * height * width * sizeOf(kernel) * (x!.shape[0]! / groups);
  },
  onnx: ({ b, operands: [x], types: [type], parameters, attributes }) =>
    b.node("Conv", [x!, ...parameters], { ...onnxWindow(windowOf(attributes), type!), group: attributes.groups }),
  reference,
  samples,
});
