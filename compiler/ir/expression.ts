/**
 * Scalar expressions: what happens to one element. Activations, their gradients, normalisation, dropout,
 * optimisers, schedules, augmentations and the elements of constant tensors are all written in this one small language; emitters print it for SIMD
 * vectors, for CUDA threads or for doubles, and `evaluate` computes it.
 */
export type Expression =
  /** A value at this element; a per-channel value is broadcast over rows and columns. */
  | { readonly op: "value"; readonly id: string }
  /** What the node's own kernel computed for this element, before any step. */
  | { readonly op: "core" }
  /** In a step's gradient: the gradient that arrives at its result. */
  | { readonly op: "gradient" }
  | { readonly op: "constant"; readonly value: number }
  /** One constant per channel. */
  | { readonly op: "table"; readonly values: readonly number[] }
  /** 1 in the channel that an index names, one for each position: a class of a sample, a token of each column; 0 in the others. */
  | { readonly op: "one_hot"; readonly id: string }
  /** Where the element stands along an axis of the tensor's shape: any axis of a constant tensor, row 1 or column 2 of a picture. */
  | { readonly op: "index"; readonly axis: number }
  /** Uniform in [0, 1), drawn by (seed, stream, step, sample, element): the same on every target. */
  | { readonly op: "random"; readonly stream: string }
  /** A number that the caller of the program provides. */
  | { readonly op: "scalar"; readonly name: ScalarName }
  | { readonly op: Unary; readonly x: Expression }
  | { readonly op: Binary; readonly a: Expression; readonly b: Expression }
  /** `a > b ? then : otherwise` */
  | {
      readonly op: "where_greater";
      readonly a: Expression;
      readonly b: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };

/** `gradient_norm`, the L2 norm over the gradients of all parameters, is computed by the step itself. */
export type ScalarName = "learning_rate" | "inverse_batch" | "step" | "total_steps" | "gradient_norm";
export type Unary =
  | "neg"
  | "exp"
  /** exp(x) - 1 */
  | "expm1"
  | "log"
  /** log(1 + x) */
  | "log1p"
  | "sqrt"
  | "tanh"
  | "sigmoid"
  | "erf"
  /** Φ(x), the share of a standard normal variable that lies below x. */
  | "normcdf"
  | "cos"
  | "sin"
  | "floor";
export type Binary = "add" | "sub" | "mul" | "div" | "max" | "min";

const unaries: readonly string[] = [
  "neg",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "tanh",
  "sigmoid",
  "erf",
  "normcdf",
  "cos",
  "sin",
  "floor",
] satisfies Unary[];
const binaries: readonly string[] = ["add", "sub", "mul", "div", "max", "min"] satisfies Binary[];

type Operand = Expression | number;
const of = (x: Operand): Expression => (typeof x === "number" ? { op: "constant", value: x } : x);
const unary =
  (op: Unary) =>
  (x: Operand): Expression => ({ op, x: of(x) });
const binary =
  (op: Binary) =>
  (a: Operand, b: Operand): Expression => ({ op, a: of(a), b: of(b) });

/** Builders; plain numbers stand for constants. */
export const e = {
  value: (id: string): Expression => ({ op: "value", id }),
  core: { op: "core" } as Expression,
  gradient: { op: "gradient" } as Expression,
  table: (values: readonly number[]): Expression => ({ op: "table", values }),
  oneHot: (id: string): Expression => ({ op: "one_hot", id }),
  index: (axis: number): Expression => ({ op: "index", axis }),
  random: (stream: string): Expression => ({ op: "random", stream }),
  scalar: (name: ScalarName): Expression => ({ op: "scalar", name }),
  constant: (value: number): Expression => ({ op: "constant", value }),
  neg: unary("neg"),
  exp: unary("exp"),
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  sqrt: unary("sqrt"),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  erf: unary("erf"),
  normcdf: unary("normcdf"),
  cos: unary("cos"),
  sin: unary("sin"),
  floor: unary("floor"),
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  max: binary("max"),
  min: binary("min"),
  square: (x: Expression): Expression => ({ op: "mul", a: x, b: x }),
  whereGreater: (a: Operand, b: Operand, then: Operand, otherwise: Operand): Expression => ({
    op: "where_greater",
    a: of(a),
    b: of(b),
    then: of(then),
    otherwise: of(otherwise),
  }),
};

export function isUnary(x: Expression): x is Extract<Expression, { op: Unary }> {
  return unaries.includes(x.op);
}

export function isBinary(x: Expression): x is Extract<Expression, { op: Binary }> {
  return binaries.includes(x.op);
}

/** The direct parts of an expression. */
export function parts(x: Expression): Expression[] {
  if (isUnary(x)) return [x.x];
  if (isBinary(x)) return [x.a, x.b];
  if (x.op === "where_greater") return [x.a, x.b, x.then, x.otherwise];
  return [];
}

/** The expression with `change` applied to every leaf. */
export function mapLeaves(x: Expression, change: (leaf: Expression) => Expression): Expression {
  if (isUnary(x)) return { op: x.op, x: mapLeaves(x.x, change) };
  if (isBinary(x)) return { op: x.op, a: mapLeaves(x.a, change), b: mapLeaves(x.b, change) };
  if (x.op === "where_greater") {
    const [a, b, then, otherwise] = [x.a, x.b, x.then, x.otherwise].map((part) => mapLeaves(part, change));
    return { op: "where_greater", a: a!, b: b!, then: then!, otherwise: otherwise! };
  }
  return change(x);
}

/** Ids of the values an expression reads, each once, in order. */
export function valuesOf(x: Expression): string[] {
  const found = new Set<string>();
  const walk = (part: Expression): void => {
    if (part.op === "value" || part.op === "one_hot") found.add(part.id);
    parts(part).forEach(walk);
  };
  walk(x);
  return [...found];
}

/** Streams of the random numbers it draws, each once, in order. */
export function streamsOf(x: Expression): string[] {
  const own = x.op === "random" ? [x.stream] : [];
  return [...new Set([...own, ...parts(x).flatMap(streamsOf)])];
}

export function reads(x: Expression, op: Expression["op"]): boolean {
  return x.op === op || parts(x).some((part) => reads(part, op));
}

export function readsScalar(x: Expression, name: ScalarName): boolean {
  return x.op === "scalar" ? x.name === name : parts(x).some((part) => readsScalar(part, name));
}
