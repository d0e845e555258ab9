import type { Expression } from "../../ir/expression.ts";
import type { Plan } from "../../ir/plan.ts";
import { Context } from "../cpp/context.ts";
import { functionName, origin } from "../cpp/functions.ts";
import type { Functors } from "../cpp/functors.ts";
import { indent } from "../cpp/names.ts";
import { members, opening } from "../cpp/program.ts";
import { printAxes } from "./axes.ts";
import type { Launching } from "./launches.ts";
import { printLaunches } from "./print-launches.ts";
import { narrowLaunches } from "./products.ts";
import { resultLaunches } from "./results.ts";
import { printUpdate } from "./update.ts";

/** One program for a CUDA device: steps as functors, a function for each node that launches its kernels, and `run`, in order. */
export function printCudaProgram(plan: Plan, name: string, rate: Expression | undefined): readonly string[] {
  const c = new Context(plan);
  const { graph, arena } = plan;
  const { functors, preparation, inRun, lines } = opening(c, name);
  const update = graph.nodes.find(({ core }) => core.family === "update");
  return [
    ...lines,
    ...graph.nodes.flatMap(({ core }, i) =>
      core.family === "resample" || core.family === "permute" ? printAxes(graph.nodes[i]!, core, c) : [],
    ),
    ...(update ? printUpdate(update, rate!, plan) : []),
    "",
    ...(arena.preparedBytes > 0
      ? printStruct({ name: "Preparation", nodes: preparation, first: narrowLaunches(c, true) }, c, functors)
      : []),
    ...printStruct(
      { name: "Program", nodes: inRun, values: members(c), first: narrowLaunches(c, false), last: resultLaunches(c) },
      c,
      functors,
    ),
    "}  // namespace",
    `}  // namespace ${name}_program`,
    "",
    ...(arena.preparedBytes > 0 ? [entry(`${name}_prepare`, name, "Preparation")] : []),
    entry(name, name, "Program"),
  ];
}

const entry = (name: string, program: string, struct: string): string =>
  `void ${name}(const cnnc::Call& call) { ${program}_program::${struct}{static_cast<const DeviceCall&>(call)}.run(); }`;

/** A struct whose `run` launches what its nodes are computed by, between other launches. */
interface Struct {
  readonly name: string;
  readonly nodes: readonly number[];
  readonly values?: readonly string[];
  readonly first: readonly string[];
  readonly last?: readonly string[];
}

function printStruct({ name, nodes, values = [], first, last = [] }: Struct, c: Context, { make }: Functors): string[] {
  const functions = nodes.flatMap((index) => {
    const node = c.node(index);
    const launching: Launching = {
      ...{ c, index, node, core: node.core, inputs: node.inputs },
      result: node.body[0]!.value,
      steps: make.get(node.body) ?? "",
    };
    return ["", origin(node), `void ${functionName(node, c)}() const {`, ...indent(printLaunches(launching)), "}"];
  });
  const calls = nodes.map((index) => `${functionName(c.node(index), c)}();`);
  return [
    `struct ${name} {`,
    ...indent([
      "const DeviceCall& call;",
      ...values,
      ...functions,
      "",
      "void run() const {",
      ...indent([...first, ...calls, ...last]),
      "}",
    ]),
    "};",
    "",
  ];
}
