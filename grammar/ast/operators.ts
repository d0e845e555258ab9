import type { BinaryOperator, Unary } from "./nodes.ts";

/** How tightly operators bind; `->` is looser than all of them. */
const PRECEDENCE: Readonly<Record<BinaryOperator | "..", number>> = {
  or: 1,
  and: 2,
  "==": 4,
  "!=": 4,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "..": 5,
  "+": 6,
  "-": 6,
  "*": 7,
  "/": 7,
  "%": 7,
};

export const COMPARISON = 4;
export const RANGE = 5;

export function precedence(operator: BinaryOperator | ".."): number {
  return PRECEDENCE[operator];
}

export function prefixPrecedence(operator: Unary["operator"]): number {
  return operator === "not" ? 3 : 8;
}
