import type { Node } from "../../ir/graph.ts";
import { vector, type Context } from "./context.ts";
import { printCpp } from "./expression.ts";
import { float } from "./names.ts";

/** The optimiser: a functor over one vector of the parameter block, and the loop that applies it to all of it. */
export function printUpdate(
  node: Node,
  c: Context,
): { definition: readonly string[]; call: (floats: number) => readonly string[] } {
  if (node.core.family !== "update") throw new Error("not an update");
  const { slots } = node.core;
  const names = ["weight", ...slots];
  const print = (x: Parameters<typeof printCpp>[0]): string =>
    printCpp(x, {
      number: (value) => `V(${float(value)})`,
      leaf: (leaf) => (leaf.op === "value" ? leaf.id : leaf.op === "scalar" ? `V(${leaf.name})` : unknown(leaf.op)),
    });
  const { block } = c.plan;
  const lanes = c.plan.target.lanes[0]!;
  return {
    definition: [
      "// How a parameter moves.",
      "struct update {",
      `  float *${names.map((name) => `${name}s`).join(", *")};`,
      "  const float* gradients;",
      "  float learning_rate;",
      "  template <class V>",
      "  CNNC_INLINE void operator()(V, long i) const {",
      `    V ${["gradient", ...names].map((name) => `${name} = V::load(${name}s + i)`).join(", ")};`,
      ...node.body.map(({ value, expression }) => `    ${value} = ${print(expression)};`),
      ...[...new Set(node.body.map(({ value }) => value))].map((value) => `    ${value}.store(${value}s + i);`),
      "  }",
      "};",
    ],
    call: (floats) => [
      `const float rate = float(${c.plan.graph.model}_learning_rate(double(call.step), call.total_steps));`,
      `const update move{call.parameters, ${slots.map((_, i) => `call.state + ${i * block}L, `).join("")}call.gradients, rate};`,
      `for_ranges<${floats}>(call, ${block}, [&](long i0, long i1) { map_flat<${vector(lanes)}>(i0, i1, move); });`,
    ],
  };
}

function unknown(op: string): never {
  throw new Error(`no C++ for ${op} in an optimiser`);
}
