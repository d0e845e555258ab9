import { resultOf, type Node, type ValueId } from "../../ir/graph.ts";
import type { Plan, Stage } from "../../ir/plan.ts";
import { formatType, sizeOf } from "../../shape/tensor-type.ts";
import { deriveCall, printCall, tile, weightGradient, type Call } from "./calls.ts";
import { Context, vector } from "./context.ts";
import { comment } from "./names.ts";
import { functor, readerType, type Functor } from "./steps.ts";
import { printUpdate } from "./update.ts";

/** One program as a C++ namespace: types of its values, functors of its steps, and `run`, a list of calls. */
export function printProgram(plan: Plan): readonly string[] {
  const c = new Context(plan);
  const { graph, stages, arena } = plan;
  const functors = graph.nodes.map((node) => functorsOf(node, c));
  const update = graph.nodes.find((node) => node.core.family === "update");
  return [
    `namespace ${graph.program} {`,
    "",
    "// The values of one sample lie in a slice of the arena.",
    `constexpr long slice = ${Math.max(arena.slice, 64)};`,
    ...sliceValues(c).map((id) => `using ${c.type(id)} = ${c.tensor(id)};`),
    ...functors.flatMap(({ steps, tail }) => [steps, tail].flatMap((f) => (f ? ["", ...f.definition] : []))),
    ...(update ? ["", ...printUpdate(update, c).definition] : []),
    "",
    "void run(const Call& call) {",
    ...indent(variables(c)),
    ...indent(derivedWeights(c)),
    ...stages.flatMap((stage, i) => indent(["", ...printStage(stage, i, c, functors)])),
    ...indent(copies(c)),
    "}",
    "",
    `}  // namespace ${graph.program}`,
  ];
}

interface Functors {
  readonly steps?: Functor;
  readonly tail?: Functor;
}

/** Kernels that end in numbers per sample or in parameters take no steps. */
const withoutSteps = ["cross_entropy", "class_hits", "batch_mean", "update", "channel_sum", "conv_weight_grad", "dense_weight_grad"];

function functorsOf(node: Node, c: Context): Functors {
  if (withoutSteps.includes(node.core.family)) return {};
  const steps = functor(node, node.body, "steps", c);
  return node.tail ? { steps: functor(node, node.body, "before_pool", c), tail: functor(node, node.tail.body, "steps", c) } : { steps };
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? "" : `  ${line}`));

function sliceValues(c: Context): readonly ValueId[] {
  return [...c.plan.arena.offsets.keys()];
}

function variables(c: Context): string[] {
  const { graph, arena } = c.plan;
  const lines = [`const Memory memory(call, ${arena.once}, ${arena.scalars.length});`];
  graph.inputs.forEach((id, i) => lines.push(`const ${readerType(id, c)} ${c.memory(id)}(call.inputs[${i}]);`));
  graph.targets.forEach((id, i) => {
    const { height, width } = c.extent(id);
    lines.push(
      c.value(id).type.dtype === "i32"
        ? `const int32_t* ${c.memory(id)} = call.targets[${i}];`
        : `const ${readerType(id, c)} ${c.memory(id)}(call.targets[${i}], ${height}, ${width});`,
    );
  });
  for (const id of sliceValues(c)) {
    const type = c.value(id).type.dtype === "u8" ? "uint8_t" : "float";
    lines.push(`const ${c.type(id)} ${c.memory(id)}{memory.in_slice<${type}>(${c.place(id).offset})};  // ${formatType(c.value(id).type)}`);
  }
  arena.scalars.forEach((id, i) => lines.push(`float* ${c.memory(id)} = memory.per_sample(${i});`));
  return lines;
}

function derivedWeights(c: Context): string[] {
  const { derived } = c.plan;
  if (derived.length === 0) return [];
  const jobs = derived.map(({ node }) => `Job(1, [&](long) { ${deriveCall(c, node)}; })`);
  return ["", "// Weights with vectors over input channels, for the gradients to data.", ...jobList(jobs)];
}

function jobList(jobs: readonly string[]): string[] {
  return ["for_jobs(call,", ...jobs.map((job, i) => `         ${job}${i < jobs.length - 1 ? "," : ");"}`)];
}

function printStage(stage: Stage, index: number, c: Context, functors: readonly Functors[]): string[] {
  const { units, nodes } = stage;
  const head = `// Stage ${index + 1}`;
  switch (units.by) {
    case "samples":
      return [
        `${head}: ${units.samples} samples at a time.`,
        `for_samples<${units.samples}>(call, [&](long n0, long n1) {`,
        ...indent(nodes.flatMap((node) => sampleCall(node, c, functors[node]!))),
        "});",
      ];
    case "bands": {
      const node = nodes[0]!;
      const { height } = c.extent(resultOf(c.node(node)));
      return [
        `${head}: ${units.bands} bands of rows.`,
        `for_bands<${height}, ${units.rows}>(call, [&](long n, int h0, int h1) {`,
        ...indent([origin(c.node(node)), ...halos(c.node(node), c, "h0, h1"), `${printCall(callOf(node, c, functors[node]!, "h0, h1")).text};`]),
        "});",
      ];
    }
    case "blocks": {
      const node = nodes[0]!;
      const { text } = printCall({ ...callOf(node, c, functors[node]!, ""), blocks: "int(block), int(block) + 1" });
      return [
        `${head}: blocks of outputs.`,
        origin(c.node(node)),
        `for_units(call, ${units.blocks}, [&](long block) {`,
        `  const long n0 = 0, n1 = call.batch;`,
        `  ${text};`,
        "});",
      ];
    }
    case "sums":
      return [`${head}: gradients to parameters; parts of the batch are summed in order.`, ...sumsStage(stage, c)];
    case "ranges":
      return [`${head}: the optimiser.`, ...printUpdate(c.node(nodes[0]!), c).call(units.floats)];
  }
}

function origin({ origin: { file, line, text } }: Node): string {
  return comment(`${file}:${line}: ${text}`);
}

function callOf(index: number, c: Context, { steps, tail }: Functors, rows: string): Call {
  const node = c.node(index);
  const { lanes, tile: t } = c.choice(index);
  return {
    c,
    index,
    node,
    core: node.core,
    inputs: node.inputs,
    result: node.body[0]!.value,
    steps: steps?.make ?? "",
    tail: tail?.make ?? "",
    rows,
    v: vector(lanes),
    tile: tile(t),
  };
}

function sampleCall(index: number, c: Context, functors: Functors): string[] {
  const node = c.node(index);
  const { height } = c.extent(resultOf(node));
  const { text, loop } = printCall(callOf(index, c, functors, `0, ${height}`));
  const before = halos(node, c, undefined);
  if (!loop) return [origin(node), ...(before.length > 0 ? ["for (long n = n0; n < n1; n++) {", ...indent(before), "}"] : []), `${text};`];
  const body = [...before, `${text};`];
  const loopHead = "for (long n = n0; n < n1; n++)";
  return [origin(node), ...(body.length === 1 ? [`${loopHead} ${body[0]}`] : [`${loopHead} {`, ...indent(body), "}"])];
}

/** A producer writes the zero columns beside its results. */
function halos(node: Node, c: Context, rows: string | undefined): string[] {
  return node.outputs.flatMap((id) => {
    const layout = c.layout(id);
    if (layout.kind !== "image" || layout.left + layout.right === 0) return [];
    return [`clear_halo(${c.memory(id)}, n, ${rows ?? `0, ${c.extent(id).height}`});`];
  });
}

/** Weight gradients, sums over channels and means: jobs beside each other, then the sums of their parts. */
function sumsStage({ nodes }: Stage, c: Context): string[] {
  const { graph, arena } = c.plan;
  const sums: string[] = [];
  const jobs = nodes.map((index) => {
    const node = c.node(index);
    const id = resultOf(node);
    if (node.core.family === "batch_mean") {
      const result = graph.results.findIndex((r) => r.value === id);
      return `Job(1, [&](long) { call.results[${result}] = batch_mean(${c.memory(node.inputs[0]!)}, call.batch); })`;
    }
    const { units: tiles, call } = weightGradient(c, index);
    const partials = arena.partials.get(index);
    if (partials === undefined) return `Job(${tiles}, [&](long unit) { ${call("0, call.batch", "int(unit)", c.gradient(id))}; })`;
    const { size } = c.packing(graph.parameters[graph.gradients.indexOf(id)]!);
    const stride = Math.ceil(size / 16) * 16;
    const { lanes, parts = 1 } = c.choice(index);
    const v = vector(lanes);
    sums.push(`Job(1, [&](long) { sum_partials<${v}>(memory.at(${partials}), ${parts}, ${stride}, 0, ${size}, ${c.gradient(id)}); })`);
    const body = `const auto [part, tile] = part_and_tile(unit, ${tiles}); const auto [n0, n1] = chunk(call.batch, ${parts}, part); `;
    return `Job(${parts} * ${tiles}, [&](long unit) { ${body}${call("n0, n1", "tile", `memory.at(${partials}) + part * ${stride}`)}; })`;
  });
  return [...jobList(jobs), ...(sums.length > 0 ? jobList(sums) : [])];
}

/** Results in the caller's order: what `infer` and `gradient` hand back. */
function copies(c: Context): string[] {
  const { graph } = c.plan;
  if (graph.program === "step") return [];
  const lines = graph.results.flatMap(({ name, value }) => {
    if (graph.program === "gradient" && c.value(value).batched === false) return [];
    const slot = graph.program === "infer" ? graph.results.findIndex((r) => r.name === name) : graph.inputs.indexOf(name.replace(/\.gradient$/, ""));
    const size = sizeOf(c.value(value).type.shape);
    return [`if (call.outputs[${slot}]) flatten(${c.memory(value)}, n, call.outputs[${slot}] + n * ${size});`];
  });
  if (lines.length === 0) return [];
  return ["", "// Results, in the caller's order.", "for_samples<8>(call, [&](long n0, long n1) {", "  for (long n = n0; n < n1; n++) {", ...indent(indent(lines)), "  }", "});"];
}

