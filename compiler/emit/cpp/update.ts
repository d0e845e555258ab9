import { e, mapLeaves, parts, reads, type Expression } from "../../ir/expression.ts";
import type { Graph, Node, ValueId } from "../../ir/graph.ts";
import { learnedFloats, parameterOf } from "../../ir/parameters.ts";
import type { Partials, Plan } from "../../ir/plan.ts";
import { vector, type Context } from "./context.ts";
import { printCpp } from "./expression.ts";
import { double, float, from, indent } from "./names.ts";

/** An optimiser, taken apart for printing. */
interface UpdateParts {
  /** What the block of parameters holds, `weight` or `average`, and the optimiser's state: what a parameter keeps. */
  readonly names: readonly string[];
  /** Parts of the expressions that depend on the step alone: computed once, in double; the steps call them `scalar_0` … */
  readonly scalars: readonly Expression[];
  /** How a parameter moves, one vector V at element i. */
  readonly body: readonly string[];
}

export function partsOfUpdate(node: Node): UpdateParts {
  if (node.core.family !== "update") throw new Error("not an update");
  const { slots } = node.core;
  const names = [slots.includes("weight") ? "average" : "weight", ...slots];
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
    `V ${names.map((name) => `${name} = V::load(${name}s + i)`).join(", ")};`,
    ...node.body.map(({ value, expression }) => `${value} = ${print(expression)};`),
    ...[...new Set(node.body.map(({ value }) => value))].map((value) => `${value}.store(${value}s + i);`),
  ];
  return { names, scalars, body };
}

/** Whether the batch comes in parts, of which only the last moves parameters. */
export const accumulates = ({ core }: Node): boolean => core.family === "update" && core.parts !== undefined;

/** Parameters side by side that learn at the same rate, and move together: floats of the block, and the factor of the learning rate. */
interface Run {
  readonly rate: number;
  readonly begin: number;
  readonly end: number;
}

export function runsOf(node: Node, plan: Plan): readonly Run[] {
  const { graph, packings } = plan;
  const { parameters } = graph;
  const moved = movedParameters(plan);
  const kinds = parameters.map((id) => ({ rate: rateOf(id, node, graph), isMoved: moved.has(id) }));
  const isFirst = (i: number): boolean =>
    i === 0 || kinds[i]!.rate !== kinds[i - 1]!.rate || kinds[i]!.isMoved !== kinds[i - 1]!.isMoved;
  const first = parameters.flatMap((_, i) => (isFirst(i) ? [i] : []));
  const begins = first.map((i) => packings.get(parameters[i]!)!.offset);
  return first.flatMap((i, run) => {
    const { rate, isMoved } = kinds[i]!;
    return isMoved ? [] : [{ rate, begin: begins[run]!, end: begins[run + 1] ?? learnedFloats(plan) }];
  });
}

/** The parameters that move where their gradients are computed, not in a run. */
export function movedParameters({ graph, choices }: Plan): ReadonlySet<ValueId> {
  return new Set(
    graph.nodes.flatMap(({ outputs }, i) => (choices[i]!.moves ? [parameterOf(graph, outputs[0]!)!] : [])),
  );
}

function rateOf(parameter: ValueId, { core }: Node, { parameters }: Graph): number {
  if (core.family !== "update") throw new Error("not an update");
  return core.rates?.[parameters.indexOf(parameter)] ?? 1;
}

/** What the scalar parts of an optimiser are computed from. */
const scalarScope = (model: string): readonly string[] => [
  "const double step = double(call.step);",
  `const double learning_rate = scalars::${model}_learning_rate(step, call.total_steps);`,
  "(void)step, (void)learning_rate;",
];

/** The functor that moves parameters from `begin` on. */
function mover({ names, scalars }: UpdateParts, rate: number, begin: number, block: number): string {
  const states = names.slice(1).map((_, slot) => from("call.state", slot * block + begin));
  const blocks = [from("call.parameters", begin), ...states, from("call.gradients", begin)];
  return `update{${[...blocks, ...scalars.map((x) => `float(${printScalar(x, rate)})`)].join(", ")}}`;
}

/** What the gradients of these nodes become where they are computed: their weights move. As the operands of their kernels. */
export function printMoving(
  nodes: readonly number[],
  c: Context,
): { lines: readonly string[]; sinks: ReadonlyMap<number, string> } {
  const { graph, choices, packings, block } = c.plan;
  const moving = nodes.filter((index) => choices[index]!.moves);
  if (moving.length === 0) return { lines: [], sinks: new Map() };
  const optimizer = graph.nodes.find(({ core }) => core.family === "update")!;
  const parts = partsOfUpdate(optimizer);
  const sinks = moving.map((index, i) => {
    const parameter = parameterOf(graph, c.node(index).outputs[0]!)!;
    const { offset } = packings.get(parameter)!;
    const kept = `call.keep_gradients ? ${from("call.gradients", offset)} : nullptr`;
    const line = `const auto moving_${i} = moving(${mover(parts, rateOf(parameter, optimizer, graph), offset, block)}, ${kept});`;
    return { index, name: `moving_${i}`, line };
  });
  return {
    lines: [...scalarScope(graph.model), "using namespace scalars;", ...sinks.map(({ line }) => line)],
    sinks: new Map(sinks.map(({ index, name }) => [index, name])),
  };
}

/** A scalar part, in double, for parameters that learn at a rate of their own. */
export const printScalar = (x: Expression, rate = 1): string =>
  printCpp(rate === 1 ? x : mapLeaves(x, (leaf) => scaled(leaf, rate)), doubles);

function scaled(leaf: Expression, rate: number): Expression {
  return leaf.op === "scalar" && leaf.name === "learning_rate" ? e.mul(leaf, rate) : leaf;
}

/** The optimiser: a functor over one vector of the parameter block, and the loop that applies it to all of it. */
export function printUpdate(
  node: Node,
  c: Context,
): { definition: readonly string[]; call: (floats: number, norm?: Partials) => readonly string[] } {
  const update = partsOfUpdate(node);
  const { names, scalars, body } = update;
  const { block, graph } = c.plan;
  const learned = learnedFloats(c.plan);
  const lanes = c.plan.target.lanes[0]!;
  const runs = runsOf(node, c.plan);
  const move = ({ rate, begin, end }: Run, i: number, floats: number): string[] => {
    const name = runs.length === 1 ? "move" : `move_${i}`;
    return [
      `const auto ${name} = ${mover(update, rate, begin, block)};`,
      `for_ranges<${floats}>(call, ${end - begin}, [&](long i0, long i1) { ${[...c.timer(node), `map_flat<${vector(lanes)}>(i0, i1, ${name});`].join(" ")} });`,
    ];
  };
  return {
    definition: [
      "// How a parameter moves.",
      "struct update {",
      `  float *${names.map((name) => `${name}s`).join(", *")};`,
      "  const float* gradients;",
      `  float ${scalars.map((_, i) => `scalar_${i}`).join(", ")};`,
      "  template <class V>",
      "  CNNC_INLINE void operator()(V, long i) const { move(V::load(gradients + i), i); }",
      "  template <class V>",
      "  CNNC_INLINE void move(V gradient, long i) const {",
      ...indent(indent(body)),
      "  }",
      "};",
    ],
    call: (floats, norm) => {
      const lines = [
        ...scalarScope(graph.model),
        ...(norm
          ? [
              `double* const squares = reinterpret_cast<double*>(memory.at(${norm.offset}));`,
              `const double gradient_norm = block_norm<${floats}>(call, call.gradients, ${learned}, squares);`,
            ]
          : []),
        "using namespace scalars;",
        ...runs.flatMap((run, i) => move(run, i, floats)),
      ];
      if (!accumulates(node)) return lines;
      const added = `add_up_gradients<${floats}, ${vector(lanes)}>(call, ${learned}, ${block})`;
      return [`if (${added}) {`, ...indent(lines), "}"];
    },
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
