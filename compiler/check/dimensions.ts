import { textOf } from "../../grammar/index.ts";
import type { DiagnosticExtras, Expression, Span, TypeExpression } from "../../grammar/index.ts";
import type { Shape } from "../shape/tensor-type.ts";
import { sizeOf } from "../shape/tensor-type.ts";
import { describe } from "./arguments.ts";
import type { Context } from "./context.ts";
import { formatCount, MOST_ELEMENTS } from "./limits.ts";
import { quantityIn } from "./quantities.ts";

const MOST_DIMENSIONS = 3;

/** The dimensions in the brackets of a type, or nothing when one of them is in error. */
export function checkDimensions(dims: readonly Expression[], what: string, place: Span, c: Context): Shape | undefined {
  if (dims.length === 0 || dims.length > MOST_DIMENSIONS) {
    const expected = "one to three, [C, H, W], [C, L] or [C], without the batch";
    const [batch, next] = dims;
    const edits = [{ span: { ...place, start: batch?.span.start ?? 0, end: next?.span.start ?? 0 }, text: "" }];
    const fix = dims.length === MOST_DIMENSIONS + 1 ? { title: "leave out the batch", edits } : undefined;
    c.reporter.add("CNN316", place, { what, expected, found: String(dims.length) }, { fix });
    return undefined;
  }
  const shape = dims.map((dim) => checkDimension(dim, what, c));
  if (!shape.every((dim) => dim !== undefined)) return undefined;
  const count = sizeOf(shape);
  if (count < MOST_ELEMENTS) return shape;
  c.reporter.add("CNN405", place, { what, count: formatCount(count), limit: formatCount(MOST_ELEMENTS - 1) });
  return undefined;
}

export function checkDimension(dim: Expression, what: string, c: Context): number | undefined {
  const evaluated = c.evaluate(dim);
  if (evaluated.kind === "unknown") return undefined;
  const value = evaluated.kind === "constant" ? evaluated.value : undefined;
  const unit = quantityIn(dim);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && unit === undefined) return value;
  const holes = { what, expected: "whole numbers, 1 or more", found: unit?.text ?? describe(evaluated) };
  c.reporter.add("CNN316", dim.span, holes);
  return undefined;
}

/** `f32(3, 32, 32)` */
export function inBrackets({ name, span, dims, arguments: written }: TypeExpression): DiagnosticExtras {
  const place = { ...span, start: name.span.end };
  const inside = /^\(([^()]*)\)$/.exec(textOf(place))?.[1];
  if (dims !== undefined || written === undefined || inside === undefined) return {};
  return { fix: { title: "dimensions stand in brackets", edits: [{ span: place, text: `[${inside}]` }] } };
}
