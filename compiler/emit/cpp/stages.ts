import { resultOf, type Node, type ValueId } from "../../ir/graph.ts";
import { parameterOf } from "../../ir/parameters.ts";
import type { Bands, Stage } from "../../ir/plan.ts";
import { extentOf } from "../../shape/tensor-type.ts";
import { slide } from "../../shape/window.ts";
import { tile, window } from "./call.ts";
import { vector, type Context } from "./context.ts";
import { functionName, origin, parameters, transformName, usesScratch } from "./functions.ts";
import { float, indent } from "./names.ts";
import { hasResults } from "./results.ts";
import { printMoving, printUpdate } from "./update.ts";
import { scratchOf, winogradTile, winogradWeights } from "./winograd.ts";

/** `run`: the stages in order, each a loop over units that threads share. */
export function printStages(c: Context): string[] {
  const { stages, arena } = c.plan;
  const copies = hasResults(c);
  const copiesIn = copies && stages.at(-1)?.units.by === "samples" ? stages.length - 1 : -1;
  const lines = stages.flatMap((stage, i) => [
    ...(i > 0 ? [""] : []),
    ...arena.copies.flatMap(({ before, offsets }) =>
      before === i ? [...printCopies([...offsets.keys()], c), ""] : [],
    ),
    ...printStage(stage, c, i === copiesIn),
  ]);
  const last =
    copies && copiesIn < 0 ? ["", "for_samples<8>(call, [&](long n0, long n1) { copy_results(n0, n1); });"] : [];
  return ["void run() const {", ...indent([...lines, ...last]), "}"];
}

function printStage({ units, nodes }: Stage, c: Context, copiesResults: boolean): string[] {
  const [first = 0] = nodes;
  switch (units.by) {
    case "samples": {
      const { samples, apart } = units;
      const together = printSamples(nodes, samples, apart, copiesResults, c);
      if (apart === undefined) return together;
      const copy = copiesResults ? ["copy_results(0, call.batch);"] : [];
      const each = nodes.flatMap((index, i) => printApart(index, apart[i]!, c));
      return [`if (call.batch <= ${samples}) {`, ...indent([...each, ...copy]), "} else {", ...indent(together), "}"];
    }
    case "bands":
      return printBands(first, units, c);
    case "tiles": {
      const name = functionName(c.node(first), c);
      return [
        origin(c.node(first)),
        `for_bands<${units.down}, 1, 1>(call, [&](long n, int y0, int y1) { ${transformName(c.node(first), c)}(n, y0, y1); });`,
        `for_blocks<${units.samples}, 1>(call, ${units.blocks}, [&](int b, long n0, long n1, int, int, int thread) { ${name}(b, n0, n1, thread); });`,
      ];
    }
    case "blocks": {
      const loop = `for_blocks<${units.samples}, ${units.rows}>(call, ${units.blocks}, [&](${parameters.blocks}) {`;
      return [loop, `  ${functionName(c.node(first), c)}(b, n0, n1, h0, h1);  ${origin(c.node(first))}`, "});"];
    }
    case "preparation":
      return [];
    case "sums":
      return ["// Sums over parts of the batch, added in order.", ...sums(nodes, units.floats, c)];
    case "ranges": {
      const norm = c.plan.arena.partials.get(first);
      return [origin(c.node(first)), ...printUpdate(c.node(first), c).call(units.floats, norm)];
    }
  }
}

/** Groups of samples, each through all nodes. */
function printSamples(
  nodes: readonly number[],
  samples: number,
  apart: readonly Bands[] | undefined,
  copiesResults: boolean,
  c: Context,
): string[] {
  return [
    `for_samples<${samples}>(call, [&](long n0, long n1${onThread(nodes, c)}) {`,
    ...nodes.map((index, i) => {
      const node = c.node(index);
      const thread = usesScratch(index, c) ? ", thread" : "";
      const { height } = c.extent(resultOf(node));
      const inBands = (apart?.[i]?.rows ?? 0) > 0;
      const loop = inBands ? "for (long n = n0; n < n1; n++) " : "";
      return `  ${loop}${functionName(node, c)}(${inBands ? `n, 0, ${height}` : "n0, n1"}${thread});  ${origin(node)}`;
    }),
    ...(copiesResults ? ["  copy_results(n0, n1);"] : []),
    "});",
  ];
}

/** One node of a small batch by itself. */
function printApart(index: number, bands: Bands, c: Context): string[] {
  return bands.rows > 0 ? printBands(index, bands, c) : printSamples([index], 1, undefined, false, c);
}

function printBands(index: number, { rows, step }: Bands, c: Context): string[] {
  const node = c.node(index);
  const { height } = c.extent(resultOf(node));
  const thread = usesScratch(index, c) ? ", thread" : "";
  const loop = `for_bands<${height}, ${rows}, ${step}>(call, [&](long n, int h0, int h1${onThread([index], c)}) {`;
  return [loop, `  ${functionName(node, c)}(n, h0, h1${thread});  ${origin(node)}`, "});"];
}

const onThread = (nodes: readonly number[], c: Context): string =>
  nodes.some((index) => usesScratch(index, c)) ? ", int thread" : "";

interface Job {
  readonly node: Node;
  readonly units: string;
  readonly name: string;
  readonly body: readonly string[];
  /** It works in memory of its thread. */
  readonly scratch?: boolean;
}

function printJobs(jobs: readonly Job[], c: Context): string[] {
  const last = jobs.length - 1;
  return [
    "for_jobs(call,",
    ...indent(
      jobs.flatMap(({ node, units, name, body, scratch }, i) => [
        origin(node),
        `Job{${units}, [&](long${name === "" ? "" : ` ${name}`}${scratch ? ", int thread" : ""}) {`,
        ...indent([...c.timer(node), ...body]),
        `}}${i < last ? "," : ");"}`,
      ]),
    ),
  ];
}

/** The copies of their weights that nodes read, in another order or transformed, made beside each other. */
export function printCopies(nodes: readonly number[], c: Context): string[] {
  return [
    "// Weights in the order, and the form, in which kernels read them.",
    ...printJobs(
      nodes.map((index) => copyJob(index, c)),
      c,
    ),
  ];
}

/** By blocks of the copy. */
function copyJob(index: number, c: Context): Job {
  const node = c.node(index);
  const parameter = node.inputs[1]!;
  const { lanes: packed, vectors, form, groups } = c.packing(parameter);
  const { lanes, tile: t, winograd, patches } = c.choice(index);
  const { channels } = c.extent(node.body[0]!.value);
  const from = tile({ pixels: 1, vectors });
  const blocks = (of: number, width: number): number => Math.ceil(Math.ceil(of / lanes) / width);
  const job = (units: number, body: string): Job => ({ node, units: `${units}`, name: "block", body: [body] });
  if (winograd) return job(blocks(channels, t!.vectors), winogradWeights(node, index, c, from));
  const [k = 1, ...kernel] = c.value(parameter).type.shape;
  const { channels: perGroup, height: kh, width: kw } = extentOf(kernel);
  const sizes = `${k}, ${perGroup}, ${kh}, ${kw}, ${groups}`;
  const operands = `${c.memory(parameter)}, ${c.derived(index)}, int(block)`;
  if (patches && node.core.family === "conv_max_data_grad") {
    const pixel = Math.ceil(perGroup / lanes) * lanes;
    const [own, pooled] = [window(node.core.window), window(node.core.pooled)];
    const patch = `MaxPatch<${vector(patches.lanes)}, ${pixel}, ${own}, ${pooled}, ${patches.together}>`;
    const head = `${patch}, ${packed}, ${from}, ${own}, ${k}, ${perGroup}, ${pixel}`;
    return job(k, `conv_max_data_weights<${head}>(${operands});`);
  }
  if (form === "conv_grouped")
    return job(blocks(channels, 1), `transpose_grouped<${packed}, ${lanes}, ${sizes}>(${operands});`);
  const head = `${packed}, ${from}, ${lanes}, ${tile(t)}, ${sizes}`;
  return job(groups * blocks(perGroup, t!.vectors), `transpose_conv<${head}>(${operands});`);
}

/** Weight gradients, sums over channels and means beside each other, then the sums of their parts. */
function sums(nodes: readonly number[], floats: number, c: Context): string[] {
  const { graph, arena } = c.plan;
  const moving = printMoving(nodes, c);
  const added: Job[] = [];
  const jobs = nodes.map((index): Job => {
    const node = c.node(index);
    const id = resultOf(node);
    if (node.core.family === "batch_mean") {
      const slot = graph.results.findIndex((result) => result.value === id);
      const body = [`call.results[${slot}] = batch_mean(${c.memory(node.inputs[0]!)}, call.batch);`];
      return { node, units: "1", name: "", body };
    }
    if (node.core.family === "activity") {
      const { kernel, lanes } = c.choice(index);
      const bytes = `call.activity + ${arena.activity.get(id)}`;
      const body = [`${kernel}<${vector(lanes)}>(${c.memory(node.inputs[0]!)}, call.batch, ${bytes});`];
      return { node, units: "1", name: "", body };
    }
    if (node.core.family === "gradient_total") return totalJob(index, floats, c);
    if (node.core.family === "map") return { node, units: "1", name: "", body: [`${functionName(node, c)}();`] };
    const statistic = statisticJobs(index, c);
    if (statistic) {
      added.push(statistic.finish);
      return statistic.part;
    }
    const { kernel, units, operands, scratch } = sumKernel(index, c);
    const call = (samples: string, tile: string, to: string): string =>
      `${kernel}(${operands(samples, tile)}, ${to}${scratch ? `, ${scratchOf(c)}` : ""});`;
    const partials = arena.partials.get(index);
    if (partials === undefined)
      return {
        node,
        units,
        name: "unit",
        body: [call("0, call.batch", "int(unit)", moving.sinks.get(index) ?? c.memory(id))],
        scratch,
      };
    const { parts = 1 } = c.choice(index);
    const stride = partials.stride / 4;
    added.push({ node, units: "1", name: "", body: [sumPartials(index, parts, `0, ${packedSize(id, c)}`, c)] });
    return {
      node,
      units: units === "1" ? `${parts}` : `${parts} * ${units}`,
      name: "unit",
      body: [
        `const auto [part, tile] = part_and_tile(unit, ${units});`,
        `const auto [n0, n1] = chunk(call.batch, ${parts}, part);`,
        call("n0, n1", "tile", `memory.at(${partials.offset}) + part * ${stride}`),
      ],
      scratch,
    };
  });
  const lines = [...printJobs(jobs, c), ...(added.length > 0 ? printJobs(added, c) : [])];
  return moving.lines.length > 0 ? ["{", ...indent([...moving.lines, ...lines]), "}"] : lines;
}

/** Floats in a parameter's gradient, or in a part of one. */
const packedSize = (gradient: ValueId, c: Context): number => c.packing(parameterOf(c.plan.graph, gradient)!).size;

/** Adds up a node's partial sums, in order, over a range of floats. */
function sumPartials(index: number, parts: number, range: string, c: Context): string {
  const { offset, stride } = c.plan.arena.partials.get(index)!;
  const { forward, lanes } = c.choice(index);
  const v = vector(forward?.lanes ?? lanes);
  return `sum_partials<${v}>(memory.at(${offset}), ${parts}, ${stride / 4}, ${range}, ${c.memory(resultOf(c.node(index)))});`;
}

/** Adds up what the uses of a parameter contribute to its gradient, by ranges of floats. */
function totalJob(index: number, floats: number, c: Context): Job {
  const node = c.node(index);
  const size = packedSize(resultOf(node), c);
  const range = `const auto [i0, i1] = block_range<${floats}>(${size}, unit);`;
  const body = [range, sumPartials(index, node.inputs.length, "i0, i1", c)];
  return { node, units: `block_ranges<${floats}>(${size})`, name: "unit", body };
}

/** Statistics of batch normalisation: parts in double, then what follows from all of them. */
function statisticJobs(index: number, c: Context): { readonly part: Job; readonly finish: Job } | undefined {
  const node = c.node(index);
  const { core, inputs, body } = node;
  if (core.family !== "batch_moments" && core.family !== "batch_norm_sums") return undefined;
  const { lanes, parts = 1 } = c.choice(index);
  const v = vector(lanes);
  const { channels } = c.extent(body[0]!.value);
  const { offset, stride: bytes } = c.plan.arena.partials.get(index)!;
  // Two doubles a channel.
  const stride = bytes / 16;
  const type = core.family === "batch_moments" ? "Moments" : "GradientSums";
  const memory = `reinterpret_cast<${type}*>(memory.at(${offset}))`;
  const values = inputs.map((id) => c.memory(id));
  const result = c.memory(body[0]!.value);
  const part = (operands: string): Job => ({
    node,
    units: `${parts}`,
    name: "part",
    body: [
      `const auto [n0, n1] = chunk(call.batch, ${parts}, part);`,
      `${core.family}<${v}>(${operands}, n0, n1, ${memory} + part * ${stride});`,
    ],
  });
  if (core.family === "batch_norm_sums") {
    const numbers = `${parts}, ${stride}, ${channels}`;
    const call = `finish_sums<${v}>(${memory}, ${numbers}, ${result}, ${c.memory(core.scaled)});`;
    return { part: part(values.join(", ")), finish: { node, units: "1", name: "", body: [call] } };
  }
  // Only a step moves the running values.
  const running = c.plan.graph.program === "step" ? values.slice(1).join(", ") : "nullptr, nullptr";
  const [x] = inputs as [ValueId];
  const numbers = `${parts}, ${stride}, call.batch, ${float(core.eps)}, ${float(core.momentum)}`;
  const call = `finish_moments<${v}, ${c.type(x)}>(${memory}, ${numbers}, ${result}, ${c.memory(core.invStd)}, ${running});`;
  return { part: part(values[0]!), finish: { node, units: "1", name: "", body: [call] } };
}

interface SumKernel {
  readonly kernel: string;
  readonly units: string;
  readonly operands: (samples: string, unit: string) => string;
  readonly scratch?: true;
}

/** The kernel of a sum over the batch, the number of its independent tiles, and its operands for one of them. */
function sumKernel(index: number, c: Context): SumKernel {
  const { core, inputs } = c.node(index);
  const { kernel, lanes, tile: t, adjoint } = c.choice(index);
  const [x, dy] = inputs as [ValueId, ValueId];
  const v = vector(lanes);
  if (core.family === "channel_sum")
    return { kernel: `${kernel}<${v}>`, units: "1", operands: (samples: string) => `${c.memory(x)}, ${samples}` };
  if (core.family === "embedding_weight_grad") {
    const [tokens] = c.value(parameterOf(c.plan.graph, resultOf(c.node(index)))!).type.shape;
    const head = `${v}, ${c.type(dy)}, ${tokens}, ${t!.vectors}, ${core.padding ?? -1}`;
    const operands = (_: string, unit: string): string => `${c.memory(x)}, ${c.memory(dy)}, call.batch, ${unit}`;
    return { kernel: `${kernel}<${head}>`, units: `${kernel}_units<${head}>()`, operands };
  }
  const outputs = c.extent(dy).channels;
  const both = `${c.memory(x)}, ${c.memory(dy)}`;
  if (core.family === "dense_weight_grad") {
    const head = `${v}, ${c.type(x)}, ${outputs}, ${tile(t)}`;
    const operands = (_: string, unit: string): string => `${both}, call.batch, ${unit}`;
    return { kernel: `${kernel}<${head}>`, units: `${kernel}_units<${head}>()`, operands };
  }
  if (core.family === "conv_max_weight_grad") {
    const { height, width } = slide(c.extent(x), core.window);
    const packing = c.packing(parameterOf(c.plan.graph, resultOf(c.node(index)))!);
    const from = `${packing.lanes}, ${tile({ pixels: 1, vectors: packing.vectors })}`;
    const of = `${window(core.window)}, ${outputs}, ${tile(t)}`;
    const head = `${v}, ${c.type(x)}, ${c.type(dy)}, ${of}, ${height}, ${width}, ${window(core.pooled)}, ${from}`;
    const operands = (samples: string, unit: string): string => `${both}, ${c.memory(inputs[2]!)}, ${samples}, ${unit}`;
    return { kernel: `${kernel}<${head}>`, units: `${kernel}_units<${v}, ${c.type(x)}, ${of}>()`, operands };
  }
  if (core.family !== "conv_weight_grad") throw new Error(`${core.family} is no sum over the batch`);
  const operands = (samples: string, unit: string): string => `${both}, ${samples}, ${unit}`;
  if (adjoint) {
    const { channels, vectors } = adjoint;
    const blocks = `WeightBlocks{${channels}, ${vectors}}`;
    const from = tile({ pixels: 1, vectors: c.packing(parameterOf(c.plan.graph, resultOf(c.node(index)))!).vectors });
    const head = `${v}, ${c.type(x)}, ${c.type(dy)}, ${window(core.window)}, ${outputs}, ${from}, ${winogradTile(adjoint, t!)}, ${blocks}`;
    const units = `${kernel}_units<${v}, ${c.extent(x).channels}, ${outputs}, ${blocks}>()`;
    return { kernel: `${kernel}<${head}>`, units, operands, scratch: true };
  }
  const head = `${v}, ${c.type(x)}, ${c.type(dy)}, ${window(core.window)}, ${outputs}, ${core.groups}, ${tile(t)}`;
  return { kernel: `${kernel}<${head}>`, units: `${kernel}_units<${head}>()`, operands };
}
