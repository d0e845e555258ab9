import { e, type Expression } from "../ir/expression.ts";
import type { Attributes, Values } from "./attributes.ts";
import type { OnnxBuilder, OnnxName } from "./onnx.ts";
import { defineOperator, type Operator, type Sample } from "./operator.ts";
import { mapTensor } from "./tensor.ts";

interface GradientContext<A extends Attributes> {
  readonly x: Expression;
  readonly y: Expression;
  readonly dy: Expression;
  readonly attributes: Values<A>;
  /** Uniform in [0, 1), the layer's own. */
  readonly random: Expression;
}

/** An activation function, or another function of single elements: one operand, the same shape out. */
export function definePointwise<const A extends Attributes = Record<never, never>>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly doc: string;
  readonly attributes?: A;
  readonly forward: (x: Expression, attributes: Values<A>) => Expression;
  /** Gradient to x from that to y; prefer y, which is kept anyway, to x. */
  readonly gradient: (c: GradientContext<A>) => Expression;
  readonly onnx: (b: OnnxBuilder, x: OnnxName, attributes: Values<A>) => OnnxName;
  readonly reference: (x: number, attributes: Values<A>) => number;
  /** Of an activation: what suits the layer before it. */
  readonly initializer?: "he" | "xavier";
  readonly rectifies?: true;
  readonly samples?: readonly Sample[];
  /** Each element of the result is a probability. */
  readonly probabilities?: "each";
}): Operator {
  const { name, summary, doc, forward, gradient, onnx, reference, initializer, rectifies, probabilities } = definition;
  return defineOperator<A>({
    name,
    category: "activation",
    summary,
    doc,
    operands: ["x"],
    attributes: definition.attributes ?? ({} as A),
    shape: ({ operands: [x], fail }) =>
      x!.dtype === "f32" ? x! : fail("CNN308", { operator: name, expected: "f32", found: x!.dtype }, "x"),
    lower: ({ b, operands: [x], attributes }) => {
      const [given, dy, random] = [e.value(x!), e.gradient, e.random(b.layer)];
      return b.map(forward(given, attributes), (y) => ({
        [x!]: gradient({ x: given, y: e.value(y), dy, attributes, random }),
      }));
    },
    onnx: ({ b, operands: [x], attributes }) => onnx(b, x!, attributes),
    ...(initializer && { activation: { initializer, ...(rectifies && { rectifies }) } }),
    ...(probabilities && { probabilities }),
    reference: ({ operands: [x], attributes }) => mapTensor(x!, (value) => reference(value, attributes)),
    samples: definition.samples ?? [
      { link: name, input: [5, 3, 7], batch: 3, awayFromZero: 0.01 },
      { link: name, input: [33], batch: 17, awayFromZero: 0.01 },
      { link: name, input: [20, 2, 3], batch: 1, awayFromZero: 0.01 },
    ],
  });
}
