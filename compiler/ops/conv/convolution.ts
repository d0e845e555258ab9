import type { Builder } from "../../ir/builder.ts";
import { e } from "../../ir/expression.ts";
import type { Core, ValueId } from "../../ir/graph.ts";
import type { NodeOptions } from "../../ir/node-builder.ts";
import { flag, padding, perAxis, type Attributes, type Values } from "../../opkit/attributes.ts";
import { initializer } from "../../opkit/initializer.ts";
import { onnxWindow } from "../../opkit/onnx.ts";
import { defineOperator, type Operator, type ParameterSpec, type Sample } from "../../opkit/operator.ts";
import type { ShapeContext } from "../../opkit/operator.ts";
import { checkWindow, checkWindowed, windowOf, type WindowAttributes } from "../../opkit/windows.ts";
import { extentOf, sizeOf, type TensorType } from "../../shape/tensor-type.ts";
import { slide } from "../../shape/window.ts";
import { convReference } from "./reference.ts";

/** What every convolution slides. */
export const windowAttributes = {
  kernel: perAxis({ doc: "Kernel size.", min: 1 }),
  stride: perAxis({ doc: "Step between positions.", default: 1, min: 1 }),
  pad: padding({ doc: "Zeros around the picture; `same` keeps its size (stride 1).", default: 0 }),
  dilation: perAxis({ doc: "Distance between the kernel's taps.", default: 1, min: 1 }),
};

/** What every convolution learns. */
export const learnedAttributes = {
  bias: flag({ doc: "Add a learned number per channel.", default: true }),
  init: initializer,
};

/** A convolution of values with so many channels, whichever word says it. */
export interface Convolution extends WindowAttributes {
  readonly channels: number;
  readonly groups: number;
  readonly bias: boolean;
}

/** The weight, and a bias for each of the channels that come out. */
export function learned(
  shape: readonly number[],
  fans: { readonly fanIn: number; readonly fanOut: number },
  { channels, bias }: Pick<Convolution, "channels" | "bias">,
): readonly ParameterSpec[] {
  const weight: ParameterSpec = { name: "weight", shape, initial: { kind: "weight", ...fans } };
  return bias ? [weight, { name: "bias", shape: [channels], initial: { kind: "zeros" } }] : [weight];
}

export function checkGroups(
  operator: string,
  inputs: number,
  { channels, groups }: Pick<Convolution, "channels" | "groups">,
  { fail }: Pick<ShapeContext<{}>, "fail">,
): void {
  for (const [what, count] of [
    ["input", inputs],
    ["output", channels],
  ] as const)
    if (count % groups !== 0)
      fail("CNN303", { operator, groups: `${groups}`, channels: `${count}`, what }, "groups", {
        help: groupsHelp(inputs, channels, groups),
      });
}

function groupsHelp(input: number, output: number, groups: number): string {
  if (input % groups === 0)
    return `${groups} groups give a multiple of ${groups} channels, like ${groups * Math.ceil(output / groups)}`;
  const fitting = Array.from({ length: 64 }, (_, i) => i + 1).filter((g) => input % g === 0 && output % g === 0);
  return `${input} and ${output} channels together can be split into ${fitting.join(", ")}`;
}

/** A node of products, and the sum with the bias behind it. */
export function withBias(
  b: Builder,
  core: Core,
  [x, weight, bias]: readonly [ValueId, ValueId, ValueId | undefined],
  options: NodeOptions = {},
): ValueId {
  if (bias === undefined) return b.node(core, [x, weight], options);
  const product = b.node(core, [x, weight], { ...options, part: "product" });
  return b.map(e.add(e.value(product), e.value(bias)), () => ({ [product]: e.gradient, [bias]: e.gradient }));
}

/** An operator that is a convolution: `meaning` tells which, for an operand of so many channels. */
export function defineConvolution<const A extends Attributes>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly doc: string;
  readonly attributes: A;
  readonly meaning: (inputs: number, attributes: Values<A>) => Convolution;
  readonly samples: readonly Sample[];
}): Operator {
  const { name, summary, doc, attributes: declared, meaning, samples } = definition;
  const of = ({ shape }: TensorType, attributes: Values<A>): Convolution => meaning(shape[0]!, attributes);
  return defineOperator<A>({
    name,
    category: "convolution",
    summary,
    doc,
    operands: ["x"],
    attributes: declared,
    parameters: ({ operands: [x], attributes }) => {
      const convolution = of(x!, attributes);
      const { channels, groups, kernel } = convolution;
      const [perGroup, taps] = [x!.shape[0]! / groups, sizeOf(kernel)];
      const fans = { fanIn: perGroup * taps, fanOut: (channels / groups) * taps };
      return learned([channels, perGroup, ...kernel], fans, convolution);
    },
    shape: ({ operands: [x], attributes, ...report }) => {
      checkWindowed(name, x!, report);
      const convolution = of(x!, attributes);
      checkGroups(name, x!.shape[0]!, convolution, report);
      return checkWindow(name, convolution.channels, x!, convolution, report);
    },
    lower: ({ b, operands: [x], types: [type], attributes, parameters: [weight, bias] }) => {
      const convolution = of(type!, attributes);
      const core = { family: "conv", window: windowOf(convolution), groups: convolution.groups } as const;
      return withBias(b, core, [x!, weight!, bias]);
    },
    macs: ({ operands: [x], attributes }) => {
      const convolution = of(x!, attributes);
      const { channels, kernel, groups } = convolution;
      const { height, width } = slide(extentOf(x!.shape), windowOf(convolution));
      return channels * height * width * sizeOf(kernel) * (x!.shape[0]! / groups);
    },
    onnx: ({ b, operands: [x], types: [type], parameters, attributes }) => {
      const convolution = of(type!, attributes);
      const window = onnxWindow(windowOf(convolution), type!);
      return b.node("Conv", [x!, ...parameters], { ...window, group: convolution.groups });
    },
    reference: ({ operands: [x], parameters, attributes }) =>
      convReference(x!, parameters, meaning(x!.shape[1]!, attributes)),
    samples,
  });
}
