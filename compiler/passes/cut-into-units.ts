import { familyOf } from "../ir/families/index.ts";
import { resultOf, valueOf, type Graph, type Node } from "../ir/graph.ts";
import type { Bands, Choice, Stage, State, Units, Winograd } from "../ir/plan.ts";
import { extentOf } from "../shape/tensor-type.ts";
import { samplesTogether } from "./choose-algorithms.ts";
import { inPlace } from "./join-in-place.ts";
import { movesOf, readsOf } from "./rewrite.ts";
import { macsOf, ownStageFrom } from "./work.ts";

/** Elements of the parameter block in one unit of the optimiser, and of a parameter's gradient where parts are added. */
const floatsPerUnit = 16 * 1024;
/** Bytes of weights beyond which each reading of them takes time; then pictures of few pixels are cut by channels, others into bands of more. */
const heavyWeights = 512 * 1024;
const fewPixels = 256;
const leastPixels = 28;
/** Samples for which a dense layer's block of weights is read once. */
const samplesOfDense = 64;
/** Work, as direct multiply-accumulates, for which it is worth to have threads meet at each node, and that of a band then. */
const apartFrom = 1e6;
const bandApart = 2.5e5;
/** Multiply-accumulates that a band of rows should have. */
const bandWork = 2e6;

/**
 * Cuts the program into stages of independent units. Consecutive nodes that look at one sample at a time form one
 * stage: a unit takes a few samples through all of them, while they are in the cache. Work that depends on the
 * thread count would give results that do; units and chunks are fixed here instead.
 */
export function cutIntoUnits(state: State): State {
  const { graph } = state;
  const choices = state.choices!;
  const stages: Stage[] = [];
  graph.nodes.forEach((node, i) => {
    if (choices[i]!.kernel === inPlace) return;
    const units = unitsOf(graph, node, choices[i]!);
    const last = stages.at(-1);
    const joins = last?.units.by === units.by && joinable(graph, last, node);
    if (joins) stages[stages.length - 1] = { ...last, nodes: [...last.nodes, i] };
    else stages.push({ nodes: [i], units });
  });
  return { ...state, stages: stages.map((stage) => withBandsApart(stage, graph, choices)) };
}

/** What a stage of whole samples does with a batch that is a single group of them. */
function withBandsApart(stage: Stage, graph: Graph, choices: readonly Choice[]): Stage {
  const { nodes, units } = stage;
  if (units.by !== "samples") return stage;
  const work = nodes.map((index) => workOf(graph, graph.nodes[index]!, choices[index]!));
  if (work.reduce((sum, one) => sum + one, 0) < apartFrom) return stage;
  const apart = nodes.map((index, i) => bandsApart(graph, graph.nodes[index]!, choices[index]!, work[i]!));
  return apart.every(({ rows }) => rows === 0) ? stage : { nodes, units: { ...units, apart } };
}

/** In multiply-accumulates of a direct convolution that would take as long. One value takes as long as a vector of them. */
function workOf(graph: Graph, node: Node, { kernel, lanes, winograd }: Choice): number {
  const macs = macsOf(graph, node);
  if (winograd) return macs / 3;
  if (kernel.startsWith("conv_grouped")) return 3 * macs;
  return familyOf(node.core).macs ? macs : 8 * macs * (lanes === 1 ? 8 : 1);
}

function bandsApart(graph: Graph, node: Node, { winograd }: Choice, work: number): Bands {
  const { height } = extentOf(valueOf(graph, resultOf(node)).type.shape);
  const { core, inputs } = node;
  const none = height === 1 || inputs.length === 0 || familyOf(core).wholeSamples || work < bandApart;
  if (none) return { rows: 0, step: 1 };
  const step = winograd ? rowsOfTile(node, winograd) : 1;
  return { rows: step * Math.ceil(height / Math.floor(work / bandApart) / step), step };
}

/**
 * Samples go through nodes one after the other; sums run beside each other, so none may need another, nor move the same
 * buffers.
 */
function joinable(graph: Graph, { units, nodes }: Stage, node: Node): boolean {
  if (units.by !== "sums") return units.by === "samples" || units.by === "preparation";
  const reads = readsOf(node);
  const moves = movesOf(graph, node);
  return nodes
    .map((index) => graph.nodes[index]!)
    .every(
      (other) => !other.outputs.some((id) => reads.has(id)) && !movesOf(graph, other).some((id) => moves.includes(id)),
    );
}

function unitsOf(graph: Graph, node: Node, { kernel, lanes, tile, winograd }: Choice): Units {
  const { core, inputs, body } = node;
  if (core.family === "update") return { by: "ranges", floats: floatsPerUnit };
  // Training moves parameters: of those that it leaves alone it computes the values anew.
  if (core.family === "map" && !valueOf(graph, body[0]!.value).batched)
    return graph.program === "infer" ? { by: "preparation" } : { by: "sums", floats: floatsPerUnit };
  if (familyOf(core).acrossBatch) return { by: "sums", floats: floatsPerUnit };
  const result = valueOf(graph, (node.tail?.body ?? body).at(-1)!.value).type;
  const { channels, height, width } = extentOf(result.shape);
  const work = macsOf(graph, node);
  const { wholeSamples } = familyOf(core);
  const blocks = Math.ceil(Math.ceil(channels / lanes) / (tile?.vectors ?? 1));
  if (work >= ownStageFrom && (core.family === "dense" || core.family === "dense_data_grad"))
    return { by: "blocks", blocks: height * width * blocks, samples: samplesOfDense, rows: 1 };
  if (work < ownStageFrom || inputs.length === 0 || wholeSamples) return { by: "samples", samples: samplesTogether };
  if (winograd) return tileUnits(graph, node, winograd, blocks);
  const weightBytes = 4 * (work / (height * width));
  const heavy = weightBytes > heavyWeights;
  if (
    kernel === "conv_direct" &&
    core.family === "conv" &&
    core.groups === 1 &&
    heavy &&
    blocks >= 4 &&
    height * width <= fewPixels
  )
    return { by: "blocks", blocks, samples: samplesTogether, rows: height };
  const least = heavy ? Math.ceil(leastPixels / width) : 1;
  const rows = Math.max(least, Math.ceil(height / Math.ceil(work / bandWork)));
  return height === 1 ? { by: "samples", samples: 1 } : { by: "bands", rows, step: 1 };
}

/** Bands have groups of rows of tiles, but two have something to do. */
function tileUnits(graph: Graph, node: Node, winograd: Winograd, blocks: number): Units {
  const { results, whole, group } = winograd;
  const down = Math.ceil(extentOf(valueOf(graph, node.body[0]!.value).type.shape).height / results[0]);
  if (whole) return { by: "tiles", down, blocks, samples: group };
  const step = rowsOfTile(node, winograd);
  return { by: "bands", rows: Math.min(group, Math.ceil(down / 2)) * step, step };
}

/** Rows of the node's result, pooled or not, that a tile makes: tiles are not cut. */
function rowsOfTile({ tail }: Node, { results }: Winograd): number {
  return results[0] / (tail?.core.window.stride[0] ?? 1);
}
