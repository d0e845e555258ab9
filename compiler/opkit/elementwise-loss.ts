import { e, type Expression } from "../ir/expression.ts";
import { formatShape, sameShape, sizeOf, type TensorType } from "../shape/tensor-type.ts";
import type { Attributes, Values } from "./attributes.ts";
import { defineLoss, type Loss, type ShapeContext, type TargetInfo } from "./operator.ts";

type TargetKind = TargetInfo["kind"];

/** `a labels or mask output` */
function listOf(kinds: readonly TargetKind[]): string {
  return `a ${kinds.slice(0, -1).join(", ")}${kinds.length > 1 ? " or " : ""}${kinds.at(-1)} output`;
}

/** Ends the check of a loss unless its target is of one of the kinds and its value has the target's shape. */
export function checkTarget(
  loss: string,
  kinds: readonly TargetKind[],
  { prediction, target, fail }: { prediction: TensorType; target: TargetInfo } & Pick<ShapeContext<{}>, "fail">,
): void {
  if (!kinds.includes(target.kind)) fail("CNN309", { loss, expected: listOf(kinds), found: `a ${target.kind} output` });
  if (!sameShape(prediction.shape, target.shape))
    fail("CNN309", {
      loss,
      expected: `a value of the output's shape, ${formatShape(target.shape)}`,
      found: formatShape(prediction.shape),
    });
}

/** A loss that compares element by element: the mean of a term over a sample's elements. */
export function defineElementwiseLoss<const A extends Attributes = Record<never, never>>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly doc: string;
  readonly attributes?: A;
  readonly targets: readonly TargetKind[];
  /** Of a value x and its target t. */
  readonly term: (x: Expression, t: Expression, attributes: Values<A>) => Expression;
  /** The term's derivative to x. */
  readonly derivative: (x: Expression, t: Expression, attributes: Values<A>) => Expression;
  readonly reference: (x: number, t: number, attributes: Values<A>) => number;
}): Loss {
  const { name, summary, doc, targets, term, derivative, reference } = definition;
  return defineLoss<A>({
    name,
    summary,
    doc,
    attributes: definition.attributes ?? ({} as A),
    check: (c) => checkTarget(name, targets, c),
    lower: ({ b, prediction, target, attributes }) => {
      const share = 1 / sizeOf(b.typeOf(prediction).shape);
      const [x, t] = [e.value(prediction), e.value(target)];
      const slope = e.mul(e.gradient, e.mul(derivative(x, t, attributes), share));
      const terms = b.map(e.mul(term(x, t, attributes), share), () => ({ [prediction]: slope }), { part: "terms" });
      return b.node({ family: "sample_sum" }, [terms]);
    },
    reference: ({ prediction: { data }, target, attributes }) =>
      data.reduce((sum, x, i) => sum + reference(x, target[i]!, attributes) / data.length, 0),
  });
}
