import { type Node, type ValueId } from "../../ir/graph.ts";
import type { Plan } from "../../ir/plan.ts";
import { formatType } from "../../shape/tensor-type.ts";
import { mapFunctor } from "./affine-map.ts";
import { Context } from "./context.ts";
import { functionName, origin, printFunction, printPreparation, takesSteps } from "./functions.ts";
import { indent } from "./names.ts";
import { copyFunction } from "./results.ts";
import { deriveCall, printStages } from "./stages.ts";
import { functor, readerType } from "./steps.ts";
import { printUpdate } from "./update.ts";

/** One program: its steps as functors, its values and kernels as members of a struct, and `run`, the table of contents. */
export function printProgram(plan: Plan, name: string): readonly string[] {
  const c = new Context(plan);
  const { graph, arena } = plan;
  const update = graph.nodes.find((node) => node.core.family === "update");
  const preparation = plan.stages.flatMap(({ units, nodes }) => (units.by === "preparation" ? nodes : []));
  const copies = plan.derived.filter(({ prepared }) => prepared).map(({ node }) => node);
  const functions = graph.nodes.flatMap((_, i) => (preparation.includes(i) ? [] : printFunction(i, c)));
  return [
    ...(update
      ? [`namespace scalars { double ${graph.model}_learning_rate(double step, double total_steps); }`, ""]
      : []),
    `namespace ${name}_program {`,
    "namespace {",
    "",
    "// Bytes of one sample's slice of the arena, and what lies in it.",
    `constexpr long slice = ${arena.slice};`,
    ...[...arena.offsets.keys()].map((id) => `using ${c.type(id)} = ${c.tensor(id)};`),
    ...graph.nodes.flatMap((node) => functorsOf(node, c)),
    ...(update ? ["", ...printUpdate(update, c).definition] : []),
    "",
    ...(arena.preparedBytes > 0 ? printPreparationStruct(preparation, copies, c) : []),
    "struct Program {",
    ...indent(["const Call& call;", ...members(c), ...functions, ...copyFunction(c), "", ...printStages(c)]),
    "};",
    "",
    "}  // namespace",
    `}  // namespace ${name}_program`,
    "",
    ...(arena.preparedBytes > 0
      ? [`void ${name}_prepare(const cnnc::Call& call) { ${name}_program::Preparation{call}.run(); }`]
      : []),
    `void ${name}(const cnnc::Call& call) { ${name}_program::Program{call}.run(); }`,
  ];
}

/** What is computed from parameters alone, when they have changed. */
function printPreparationStruct(nodes: readonly number[], copies: readonly number[], c: Context): string[] {
  const turned = copies.map((index) => [origin(c.node(index)), `${deriveCall(index, c)};`]);
  const calls = [...nodes.map((index) => `${functionName(c.node(index), c)}();`), ...turned.flat()];
  return [
    "struct Preparation {",
    ...indent([
      "const Call& call;",
      ...nodes.flatMap((index) => printPreparation(index, c)),
      "",
      "void run() const {",
      ...indent(calls),
      "}",
    ]),
    "};",
    "",
  ];
}

function functorsOf(node: Node, c: Context): readonly string[] {
  if (!takesSteps(node.core.family)) return [];
  const { core } = node;
  const map = core.family === "affine_sample" ? ["", ...mapFunctor(node, core, c).definition] : [];
  if (!node.tail) return [...map, "", ...functor(node, node.body, "steps", c).definition];
  const parts = [functor(node, node.body, "before_pool", c), functor(node, node.tail.body, "steps", c)];
  return parts.flatMap(({ definition }) => ["", ...definition]);
}

/** Where every value is. */
function members(c: Context): string[] {
  const { graph, arena } = c.plan;
  const lines = [`const Memory memory{call, ${arena.once}, ${arena.scalars.length}};`];
  graph.inputs.forEach((id, i) => lines.push(`const ${readerType(id, c)} ${c.memory(id)}{call.inputs[${i}]};`));
  graph.targets.forEach((id, i) => lines.push(target(id, i, c)));
  for (const id of arena.offsets.keys()) {
    const type = c.value(id).type.dtype === "u8" ? "uint8_t" : "float";
    const place = `memory.in_slice<${type}>(${c.place(id).offset})`;
    lines.push(`const ${c.type(id)} ${c.memory(id)}{${place}};  // ${formatType(c.value(id).type)}`);
  }
  arena.scalars.forEach((id, i) => lines.push(`float* const ${c.memory(id)} = memory.per_sample(${i});`));
  return lines;
}

function target(id: ValueId, i: number, c: Context): string {
  if (c.value(id).type.dtype === "i32") return `const int32_t* const ${c.memory(id)} = call.targets[${i}];`;
  const { height, width } = c.extent(id);
  return `const ${readerType(id, c)} ${c.memory(id)}{call.targets[${i}], ${height}, ${width}};`;
}
