import type { ValueId } from "../../ir/graph.ts";
import type { Plan } from "../../ir/plan.ts";
import { formatType } from "../../shape/tensor-type.ts";
import { mapFunctor } from "./affine-map.ts";
import { Context } from "./context.ts";
import { shareFunctors, type Functors } from "./functors.ts";
import { functionName, printFunction, printPreparation, takesSteps } from "./functions.ts";
import { indent } from "./names.ts";
import { copyFunction } from "./results.ts";
import { printCopies, printStages } from "./stages.ts";
import { readerType } from "./steps.ts";
import { printUpdate } from "./update.ts";

/** One program: its steps as functors, its values and kernels as members of a struct, and `run`, the table of contents. */
export function printProgram(plan: Plan, name: string, profiled: boolean): readonly string[] {
  const c = new Context(plan, profiled);
  const { graph, arena } = plan;
  const update = graph.nodes.find((node) => node.core.family === "update");
  const { functors, preparation, inRun, lines } = opening(c, name);
  const copies = plan.derived.filter(({ prepared }) => prepared).flatMap(({ nodes }) => nodes);
  const functions = inRun.flatMap((index) => printFunction(index, c, functors));
  return [
    ...(update
      ? [`namespace scalars { double ${graph.model}_learning_rate(double step, double total_steps); }`, ""]
      : []),
    ...lines,
    ...(update ? ["", ...printUpdate(update, c).definition] : []),
    "",
    ...(arena.preparedBytes > 0 ? printPreparationStruct(preparation, copies, c, functors) : []),
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

/** What programs of all targets begin with: tensor types and functors of steps; and which nodes depend on parameters alone, and which
 * `run` computes. */
export function opening(c: Context, name: string) {
  const { graph, arena, stages } = c.plan;
  const nodesOf = (prepared: boolean): readonly number[] =>
    stages.flatMap(({ units, nodes }) => ((units.by === "preparation") === prepared ? nodes : []));
  const [preparation, inRun] = [nodesOf(true), nodesOf(false)];
  const computed = stages.flatMap(({ nodes }) => nodes.map((index) => graph.nodes[index]!));
  const functors = shareFunctors(
    computed.filter(({ core }) => takesSteps(core.family)),
    c,
  );
  const lines = [
    `namespace ${name}_program {`,
    "namespace {",
    "",
    "// Bytes of one sample's slice of the arena, and what lies in it.",
    `constexpr long slice = ${arena.slice};`,
    ...[...c.tensors].map(([type, tensor]) => `using ${type} = ${tensor};`),
    ...graph.nodes.flatMap((node) =>
      node.core.family === "affine_sample" ? ["", ...mapFunctor(node, node.core, c).definition] : [],
    ),
    ...functors.definitions,
  ];
  return { functors, preparation, inRun, lines };
}

/** What is computed from parameters alone, when they have changed. */
function printPreparationStruct(
  nodes: readonly number[],
  copies: readonly number[],
  c: Context,
  functors: Functors,
): string[] {
  const calls = [
    ...nodes.map((index) => `${functionName(c.node(index), c)}();`),
    ...(copies.length > 0 ? printCopies(copies, c) : []),
  ];
  return [
    "struct Preparation {",
    ...indent([
      "const Call& call;",
      ...nodes.flatMap((index) => printPreparation(index, c, functors)),
      "",
      "void run() const {",
      ...indent(calls),
      "}",
    ]),
    "};",
    "",
  ];
}

/** Where every value is. */
export function members(c: Context): string[] {
  const { graph, arena } = c.plan;
  const lines = [`const Memory memory{call, ${arena.once}, ${arena.scalars.length}};`];
  graph.inputs.forEach((id, i) => lines.push(`const ${readerType(id, c)} ${c.memory(id)}{call.inputs[${i}]};`));
  graph.targets.forEach((id, i) => lines.push(target(id, i, c)));
  for (const id of arena.offsets.keys()) {
    const place = `memory.in_slice<${c.elementType(id)}>(${c.place(id).offset})`;
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
