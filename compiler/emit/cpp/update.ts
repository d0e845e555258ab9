import { parts, reads, type Expression } from "../../ir/expression.ts";
import type { Node } from "../../ir/graph.ts";
import { learnedFloats } from "../../ir/parameters.ts";
import type { Partials } from "../../ir/plan.ts";
import { vector, type Context } from "./context.ts";
import { printCpp } from "./expression.ts";
import { double, float, indent } from "./names.ts";

/** An optimiser, taken apart for printing. */
interface UpdateParts {
  /** `weight` and the optimiser's state: what a parameter keeps. */
  readonly names: readonly string[];
  /** Parts of the expressions that depend on the step alone: computed once, in double; the steps call them `scalar_0` … */
  readonly scalars: readonly Expression[];
  /** How a parameter moves, one vector V at element i. */
  readonly body: readonly string[];
}

export function partsOfUpdate(node: Node): UpdateParts {
  if (node.core.family !== "update") throw new Error("not an update");
  const names = ["weight", ...node.core.slots];
  const all = node.body.flatMap(({ expression }) => scalarsOf(expression));
  const scalars = all.filter((x, i) => all.findIndex((other) => sameExpression(x, other)) === i);
  const numberOf = (x: Expression): number => scalars.findIndex((scalar) => sameExpression(scalar, x));
  const print = (x: Expression): string =>
    printCpp(withScalars(x), {
      number: (value) => `V(${float(value)})`,
      leaf: (leaf) => (leaf.op === "value" ? leaf.id : unknown(leaf.op)),
    });
  /** Scalar parts become leaves that name what was computed of them. */
  const withScalars = (x: Expression): Expression => {
    const at = numberOf(x);
    if (at >= 0) return { op: "value", id: `V(scalar_${at})` };
    return mapParts(x, withScalars);
  };
  const body = [
    `V ${["gradient", ...names].map((name) => `${name} = V::load(${name}s + i)`).join(", ")};`,
    ...node.body.map(({ value, expression }) => `${value} = ${print(expression)};`),
    ...[...new Set(node.body.map(({ value }) => value))].map((value) => `${value}.store(${value}s + i);`),
  ];
  return { names, scalars, body };
}

/** A scalar part, in double. */
export const printScalar = (x: Expression): string => printCpp(x, doubles);

/** The optimiser: a functor over one vector of the parameter block, and the loop that applies it to all of it. */
export function printUpdate(
  node: Node,
  c: Context,
): { definition: readonly string[]; call: (floats: number, norm?: Partials) => readonly string[] } {
  const { names, scalars, body } = partsOfUpdate(node);
  const { block, graph } = c.plan;
  const learned = learnedFloats(c.plan);
  const lanes = c.plan.target.lanes[0]!;
  const values = scalars.map((x) => `float(${printScalar(x)})`);
  const states = names.slice(1).map((_, i) => `call.state + ${i * block}L, `);
  return {
    definition: [
      "// How a parameter moves.",
      "struct update {",
      `  float *${names.map((name) => `${name}s`).join(", *")};`,
      "  const float* gradients;",
      `  float ${scalars.map((_, i) => `scalar_${i}`).join(", ")};`,
      "  template <class V>",
      "  CNNC_INLINE void operator()(V, long i) const {",
      ...indent(indent(body)),
      "  }",
      "};",
    ],
    call: (floats, norm) => [
      "const double step = double(call.step);",
      `const double learning_rate = scalars::${graph.model}_learning_rate(step, call.total_steps);`,
      "(void)step, (void)learning_rate;",
      ...(norm
        ? [
            `double* const squares = reinterpret_cast<double*>(memory.at(${norm.offset}));`,
            `const double gradient_norm = block_norm<${floats}>(call, call.gradients, ${learned}, squares);`,
          ]
        : []),
      "using namespace scalars;",
      `const update move{call.parameters, ${states.join("")}call.gradients, ${values.join(", ")}};`,
      `for_ranges<${floats}>(call, ${learned}, [&](long i0, long i1) { ${[...c.timer(node), `map_flat<${vector(lanes)}>(i0, i1, move);`].join(" ")} });`,
    ],
  };
}

const doubles = {
  number: double,
  leaf: (x: Expression): string => (x.op === "scalar" ? x.name : unknown(x.op)),
};

/** The largest parts that depend on scalars alone: computed once a step, in double. */
function scalarsOf(x: Expression): Expression[] {
  if (!reads(x, "scalar")) return [];
  if (!reads(x, "value")) return [x];
  return parts(x).flatMap(scalarsOf);
}

function sameExpression(a: Expression, b: Expression): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The expression with `change` applied to its direct parts. */
function mapParts(x: Expression, change: (part: Expression) => Expression): Expression {
  const changed = Object.entries(x).map(([field, value]) => {
    const isPart = typeof value === "object" && value !== null && "op" in value;
    return [field, isPart ? change(value as Expression) : value] as const;
  });
  return Object.fromEntries(changed) as unknown as Expression;
}

function unknown(op: string): never {
  throw new Error(`no C++ for ${op} in an optimiser`);
}
