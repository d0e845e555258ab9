import { e, type Expression } from "../ir/expression.ts";
import { defineOperator, type Operator, type Sample } from "./operator.ts";
import { mapTensor } from "./tensor.ts";

/** An activation function: one operand, no attributes, the same shape out. */
export function definePointwise(definition: {
  readonly name: string;
  readonly summary: string;
  readonly doc: string;
  readonly forward: (x: Expression) => Expression;
  /** Gradient to x from that to y; prefer y, which is kept anyway, to x. */
  readonly gradient: (c: { readonly x: Expression; readonly y: Expression; readonly dy: Expression }) => Expression;
  readonly reference: (x: number) => number;
  readonly initializer: "he" | "xavier";
  readonly samples?: readonly Sample[];
}): Operator {
  const { name, summary, doc, forward, gradient, reference, initializer } = definition;
  return defineOperator({
    name,
    summary,
    doc,
    operands: ["x"],
    attributes: {},
    shape: ({ operands: [x], fail }) =>
      x!.dtype === "f32" ? x! : fail("CNN308", { operator: name, expected: "f32", found: x!.dtype }, "x"),
    lower: ({ b, operands: [x] }) =>
      b.map(forward(e.value(x!)), (y) => ({ [x!]: gradient({ x: e.value(x!), y: e.value(y), dy: e.gradient }) })),
    activation: { initializer },
    reference: ({ operands: [x] }) => mapTensor(x!, reference),
    samples: definition.samples ?? [
      { link: name, input: [5, 3, 7], batch: 3, awayFromZero: 0.01 },
      { link: name, input: [33], batch: 17, awayFromZero: 0.01 },
    ],
  });
}
