import { e, type Expression } from "../../ir/expression.ts";

/** Uniform between the ends of a range, by a draw of [0, 1). */
export function between([from, to]: readonly [number, number], draw: Expression | undefined): Expression {
  return e.add(from, e.mul(draw!, to - from));
}
