import { expect, test } from "vitest";
import { elementsOf, evaluate } from "../../compiler/ir/evaluate.ts";
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
  ["(normcdf y)", 0.022750131948179195],
  ["(sub (log1p (expm1 x)) x)", 0],
  ["(add (mul (sin x) (sin x)) (mul (cos x) (cos x)))", 1],
])("%s", (text, value) => {
  const leaf = (x: Parameters<typeof evaluate>[0]): number => (x.op === "value" ? leaves[x.id]! : NaN);
  expect(evaluate(parseExpression(text), leaf)).toBeCloseTo(value, 14);
});

test("the elements of a constant stand in the order of its last axis, then the one before", () => {
  const elements = parseExpression("(add (mul 10 (index 0)) (index 2))");
  expect(elementsOf([2, 1, 3], elements)).toEqual([0, 1, 2, 10, 11, 12]);
  expect(() => elementsOf([1], parseExpression("(add x 1)"))).toThrow("value in a constant");
});
