import { resultOf, type Family, type Node } from "../../ir/graph.ts";
import { tile, type Call, type Loop } from "./call.ts";
import { printCall } from "./calls.ts";
import { vector, type Context } from "./context.ts";
import type { Functors } from "./functors.ts";
import { comment, indent } from "./names.ts";
import { printTransform } from "./winograd.ts";

/** Sums over the batch and the optimiser are printed where they are called. */
const inPlace: readonly Family[] = [
  "batch_mean",
  "update",
  "channel_sum",
  "conv_weight_grad",
  "dense_weight_grad",
  "conv_max_weight_grad",
  "embedding_weight_grad",
  "batch_moments",
  "batch_norm_sums",
  "activity",
  "gradient_total",
];

/** Kernels that end in numbers per sample or in parameters take no pointwise steps. */
export function takesSteps(family: Family): boolean {
  return ![...inPlace, "cross_entropy", "class_hits", "sample_sum"].includes(family);
}

/** `compute_logits_conv1`: the member function that computes a node. */
export function functionName(node: Node, c: Context): string {
  return `compute_${c.names.of(resultOf(node))}`;
}

/** `transform_logits_conv1`: the member function that transforms the tiles of its operand. */
export function transformName(node: Node, c: Context): string {
  return `transform_${c.names.of(resultOf(node))}`;
}

/** Whether a node's function works in memory of its thread, and takes the thread's number. */
export function usesScratch(index: number, c: Context): boolean {
  const { winograd, patches } = c.choice(index);
  return winograd !== undefined || patches !== undefined;
}

/** `// lenet.cnn:9: conv(6)`: the line of the source that a node is for. Failures of the C++ compiler are told by it. */
export function origin({ origin: { file, line, text } }: Node): string {
  return comment(`${file}:${line}: ${text}`);
}

/** Which range of its result a node's function computes. */
function loopOf(index: number, c: Context): Loop {
  const { units, nodes } = c.plan.stages.find((stage) => stage.nodes.includes(index))!;
  if (units.by === "samples" && (units.apart?.[nodes.indexOf(index)]?.rows ?? 0) > 0) return "bands";
  return units.by === "bands" || units.by === "blocks" || units.by === "tiles" ? units.by : "samples";
}

export const parameters: { readonly [L in Loop]: string } = {
  samples: "long n0, long n1",
  bands: "long n, int h0, int h1",
  tiles: "int b, long n0, long n1",
  blocks: "int b, long n0, long n1, [[maybe_unused]] int h0, [[maybe_unused]] int h1",
};

/** A node that is computed once for all samples, from parameters alone: by `prepare`, or in a step from those that do not learn. */
export function printPreparation(index: number, c: Context, functors: Functors): string[] {
  const node = c.node(index);
  const { text } = printCall(callOf(index, c, "samples", functors));
  return [
    "",
    origin(node),
    `void ${functionName(node, c)}() const {`,
    ...indent(["constexpr long n = 0;", ...text]),
    "}",
  ];
}

/** One node as a function over a range of samples, rows or blocks. */
export function printFunction(index: number, c: Context, functors: Functors): string[] {
  const node = c.node(index);
  if (inPlace.includes(node.core.family)) return [];
  if (!c.value(resultOf(node)).batched) return printPreparation(index, c, functors);
  const loop = loopOf(index, c);
  const call = callOf(index, c, loop, functors);
  const { text, perSample } = printCall(call);
  if (loop === "tiles") return printTiles(call as unknown as Call<"conv">);
  const halo = halos(node, c, call.rows);
  const forSample = (lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["for (long n = n0; n < n1; n++) {", ...indent(lines), "}"];
  const once = loop === "blocks" && halo.length > 0 ? ["if (b == 0)", ...indent(forSample(halo))] : forSample(halo);
  const lines = loop === "bands" ? [...halo, ...text] : perSample ? forSample([...halo, ...text]) : [...once, ...text];
  const thread = usesScratch(index, c) ? ", int thread" : "";
  return [
    "",
    origin(node),
    `void ${functionName(node, c)}(${parameters[loop]}${thread}) const {`,
    ...indent([...c.timer(node), ...lines]),
    "}",
  ];
}

/** Tiles are transformed by one function, and multiplied by another; the first also writes the halo. */
function printTiles(call: Call<"conv">): string[] {
  const { c, node, index } = call;
  const [down] = c.choice(index).winograd!.results;
  const { height } = c.extent(resultOf(node));
  const rows = down / (node.tail?.core.window.stride[0] ?? 1);
  const halo = halos(node, c, `y0 * ${rows}, min(${height}, y1 * ${rows})`);
  return [
    "",
    origin(node),
    `void ${transformName(node, c)}(long n, int y0, int y1) const {`,
    ...indent([...c.timer(node), ...halo, ...printTransform(call)]),
    "}",
    `void ${functionName(node, c)}(${parameters.tiles}, int thread) const {`,
    ...indent([...c.timer(node), ...printCall(call as unknown as Call).text]),
    "}",
  ];
}

function callOf(index: number, c: Context, loop: Loop, { make }: Functors): Call {
  const node = c.node(index);
  const { lanes, tile: t } = c.choice(index);
  return {
    c,
    index,
    node,
    core: node.core,
    inputs: node.inputs,
    result: node.body[0]!.value,
    steps: make.get(node.body) ?? "",
    tail: node.tail ? make.get(node.tail.body)! : "",
    rows: loop === "bands" || loop === "blocks" ? "h0, h1" : `0, ${c.extent(resultOf(node)).height}`,
    v: vector(lanes),
    tile: tile(t),
    loop,
  };
}

/** A producer writes the zero columns beside its results; in front of a pooling these have rows of their own number. */
function halos(node: Node, c: Context, rows: string): string[] {
  const behind = new Set(node.tail?.body.map((step) => step.value));
  return node.outputs.flatMap((id) => {
    const layout = c.layout(id);
    if (layout.kind !== "image" || layout.left + layout.right === 0) return [];
    const own = !node.tail || behind.has(id);
    return [`clear_halo(${c.memory(id)}, n, ${own ? rows : `0, ${c.extent(id).height}`});`];
  });
}
