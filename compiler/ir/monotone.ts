import { evaluate } from "./evaluate.ts";
import { isBinary, isUnary, parts, reads, type Expression, type Unary } from "./expression.ts";

/** Those that never fall when their operand rises. */
const rising: readonly Unary[] = ["exp", "expm1", "log", "log1p", "sqrt", "tanh", "sigmoid", "erf", "normcdf", "floor"];

/**
 * Whether the result never falls when the variable leaf rises: such a map may change places with a maximum.
 * Conservative: false when not evident.
 */
export function isMonotone(x: Expression, isVariable: (leaf: Expression) => boolean): boolean {
  const touches = (part: Expression): boolean => isVariable(part) || parts(part).some(touches);
  const walk = (part: Expression): boolean => {
    if (isVariable(part) || !touches(part)) return true;
    if (isUnary(part)) return rising.includes(part.op) && walk(part.x);
    if (part.op === "where_greater") {
      const { a, b, then, otherwise } = part;
      const rises = isVariable(a) && b.op === "constant" && walk(then) && walk(otherwise);
      return rises && at(then, b.value) >= at(otherwise, b.value);
    }
    if (!isBinary(part)) return false;
    const positive = part.b.op === "constant" && part.b.value > 0;
    if (part.op === "mul" || part.op === "div") return positive && walk(part.a);
    return part.op === "sub" ? walk(part.a) && !touches(part.b) : walk(part.a) && walk(part.b);
  };
  /** The value where two pieces meet; NaN where it depends on more than the variable. */
  const at = (piece: Expression, place: number): number => evaluate(piece, (leaf) => (isVariable(leaf) ? place : NaN));
  // Drawn anew for each element, or by its place: not the same function everywhere.
  return !reads(x, "random") && !reads(x, "index") && walk(x);
}
