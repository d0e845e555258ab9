import { expect, test } from "vitest";
import { evaluate } from "../../compiler/ir/evaluate.ts";
import { parseExpression } from "../../compiler/ir/parse.ts";

const leaves: Readonly<Record<string, number>> = { x: 0.75, y: -2 };

test.each([
  ["(add (mul x 2) (sub y 1))", -1.5],
  ["(div (neg x) y)", 0.375],
  ["(max (min x y) -1)", -1],
  ["(where_greater x y (exp 0) (log 0))", 1],
  ["(where_greater y x 3 (sqrt 4))", 2],
  ["(where_greater x x 3 4)", 4],
  ["(tanh x)", Math.tanh(0.75)],
  ["(sigmoid y)", 1 / (1 + Math.exp(2))],
  ["(erf y)", -0.9953222650189527],
  ["(erf 7)", 1],
  ["(add (mul (sin x) (sin x)) (mul (cos x) (cos x)))", 1],
])("%s", (text, value) => {
  const leaf = (x: Parameters<typeof evaluate>[0]): number => (x.op === "value" ? leaves[x.id]! : NaN);
  expect(evaluate(parseExpression(text), leaf)).toBeCloseTo(value, 14);
});
