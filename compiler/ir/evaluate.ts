import { sizeOf, type Shape } from "../shape/tensor-type.ts";
import { isBinary, isUnary, type Binary, type Expression, type Unary } from "./expression.ts";

/** erf x = 2/√π·exp(-x²)·Σ_n 2ⁿ·x²ⁿ⁺¹/(2n + 1)!!, all terms of one sign; beyond 6 it is ±1 to the last digit. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Φ(x) = (1 + erf(x/√2))/2, the share of a standard normal variable that lies below x. */
export const normcdf = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

const unaries: { readonly [Op in Unary]: (x: number) => number } = {
  neg: (x) => -x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  erf,
  normcdf,
  cos: Math.cos,
  sin: Math.sin,
  floor: Math.floor,
};

const binaries: { readonly [Op in Binary]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
};

/** The value of an expression in float64; `leaf` gives that of every leaf that is no constant. */
export function evaluate(x: Expression, leaf: (x: Expression) => number): number {
  if (isUnary(x)) return unaries[x.op](evaluate(x.x, leaf));
  if (isBinary(x)) return binaries[x.op](evaluate(x.a, leaf), evaluate(x.b, leaf));
  if (x.op === "constant") return x.value;
  if (x.op !== "where_greater") return leaf(x);
  return evaluate(evaluate(x.a, leaf) > evaluate(x.b, leaf) ? x.then : x.otherwise, leaf);
}

/** The elements of a constant tensor, row-major. */
export function elementsOf(shape: Shape, elements: Expression): number[] {
  const at = shape.map(() => 0);
  const leaf = (x: Expression): number => {
    if (x.op !== "index") throw new Error(`${x.op} in a constant`);
    return at[x.axis]!;
  };
  return Array.from({ length: sizeOf(shape) }, () => {
    const value = evaluate(elements, leaf);
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
    return value;
  });
}
