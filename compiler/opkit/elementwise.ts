import { e, type Expression } from "../ir/expression.ts";
import { describeShape, sameShape, sizeOf, type TensorType } from "../shape/tensor-type.ts";
import { positionAxes, type OnnxContext, type OnnxName } from "./onnx.ts";
import { defineOperator, type Operator, type Sample, type ShapeContext } from "./operator.ts";
import { reunion } from "./shapes-apart.ts";
import { tensor, type Tensor } from "./tensor.ts";
import { forInput } from "./windows.ts";

/** What the documentation of each such operator says about shapes. */
export const broadcastDoc =
  "Both have the same shape, or one of them is a vector with a number for each channel of the other: x[C, H, W] and " +
  "s[C] give y[c, h, w] from x[c, h, w] and s[c]; likewise x[C, L] and s[C].";

interface GradientContext {
  readonly a: Expression;
  readonly b: Expression;
  readonly y: Expression;
  readonly dy: Expression;
}

/** A function of the elements of two values, of which one may hold a number per channel. */
export function defineElementwise(definition: {
  readonly name: string;
  readonly summary: string;
  readonly doc: string;
  readonly forward: (a: Expression, b: Expression) => Expression;
  /** To a and to b, from the gradient to y. */
  readonly gradients: (c: GradientContext) => readonly [Expression, Expression];
  /** The operator of ONNX that is the same. */
  readonly onnx: string;
  readonly reference: (a: number, b: number) => number;
  readonly samples: readonly Sample[];
}): Operator {
  const { name, summary, doc, forward, gradients, onnx, reference, samples } = definition;
  return defineOperator({
    name,
    category: "join",
    summary,
    doc,
    operands: ["a", "b"],
    attributes: {},
    shape: (c) => broadcastShape(name, c),
    lower: ({ b: builder, operands: [first, second] }) => {
      const [a, b] = [e.value(first!), e.value(second!)];
      return builder.map(forward(a, b), (result) => {
        const [da, db] = gradients({ a, b, y: e.value(result), dy: e.gradient });
        return first === second ? { [first!]: e.add(da, db) } : { [first!]: da, [second!]: db };
      });
    },
    onnx: (c) => c.b.node(onnx, broadcastOnnx(c)),
    reference: ({ operands: [a, b] }) => combine(a!, b!, reference),
    samples,
  });
}

function broadcastShape(operator: string, { operands, fail }: ShapeContext<Record<never, never>>): TensorType {
  const [a, b] = operands as [TensorType, TensorType];
  for (const [at, type] of Object.entries({ a, b }))
    if (type.dtype !== "f32") fail("CNN308", { operator, expected: "f32", found: type.dtype }, at, forInput(type));
  const [wide, narrow] = b.shape.length > a.shape.length ? [b, a] : [a, b];
  const perChannel = narrow.shape.length === 1 && narrow.shape[0] === wide.shape[0];
  if (perChannel || sameShape(wide.shape, narrow.shape)) return wide;
  const holes = { operator, first: describeShape(a.shape), second: describeShape(b.shape) };
  return fail("CNN340", holes, "b", { help: reunion(a.shape, b.shape) });
}

/** ONNX aligns shapes at their ends: [N, C] becomes [N, C, 1, 1] beside [N, C, H, W]. */
function broadcastOnnx({ b, operands, types, type }: OnnxContext<Record<never, never>>): readonly OnnxName[] {
  return operands.map((name, i) =>
    types[i]!.shape.length < type.shape.length ? b.unsqueeze(name, positionAxes(type, true)) : name,
  );
}

/** The batch is the first dimension of both. */
function combine(a: Tensor, b: Tensor, f: (a: number, b: number) => number): Tensor {
  const { shape } = b.shape.length > a.shape.length ? b : a;
  const plane = sizeOf(shape.slice(2));
  const at = (x: Tensor, i: number): number => x.data[x.shape.length === shape.length ? i : Math.floor(i / plane)]!;
  return tensor(
    shape,
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(at(a, i), at(b, i))),
  );
}
