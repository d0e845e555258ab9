import { asConvolution } from "../ir/as-convolution.ts";
import { resultOf, valueOf, type CoreOf, type Family, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import { weightsOf } from "../ir/parameters.ts";
import type { Choice, CpuTarget, State, Tile } from "../ir/plan.ts";
import { extentOf, type Extent } from "../shape/tensor-type.ts";
import { slide } from "../shape/window.ts";
import { chooseCudaKernel } from "./choose-cuda-kernel.ts";
import { maxDataGradient, maxWeightGradient, reasonFor } from "./choose-max-gradients.ts";
import { chooseWinograd, tunedFor, type Convolution } from "./choose-winograd.ts";
import { chooseWinogradWeights, unitsOf } from "./choose-winograd-weights.ts";
import { chooseColumns } from "./choose-columns.ts";
import { movedAtOnce } from "./move-at-once.ts";
import { broadcastRegisters, chooseTile, lanesFor } from "./tiles.ts";
import { describeTuned } from "./tuning.ts";

/**
 * Decides, node by node, which kernel computes it, with which vectors and which register tile. Weights are packed in
 * blocks as wide as the tile of their first use, or as another program packed them; every further use takes them so.
 */
export function chooseAlgorithms(state: State): State {
  const { graph, target, packings } = state;
  if (target.device === "cuda")
    return { ...state, choices: graph.nodes.map((node) => chooseCudaKernel(node, graph, target)) };
  const blocks = new Map<ValueId, number>();
  packings?.forEach(({ vectors }, id) => blocks.set(id, vectors));
  const moved = movedAtOnce(graph);
  const choices = graph.nodes.map((node, index): Choice => {
    const weights = weightsOf(graph, node);
    const direct = choose(node, graph, target, weights === undefined ? undefined : blocks.get(weights));
    const choice = withWinograd(direct, node, graph, target);
    const { tile } = choice.forward ?? choice;
    if (weights !== undefined && tile) blocks.set(weights, tile.vectors);
    if (!moved.has(index)) return choice;
    return { ...choice, moves: true, reason: `${choice.reason}; weights move at once` };
  });
  return { ...state, choices };
}

interface Use<F extends Family> {
  readonly core: CoreOf<F>;
  readonly operands: readonly Extent[];
  readonly result: Extent;
  readonly node: Node;
  readonly target: CpuTarget;
  /** Vectors in a block of the weights, where they are packed already. */
  readonly block: number | undefined;
}
type Chooser<F extends Family> = (use: Use<F>) => Choice;

/** Parts of a batch whose sums are made apart: a fixed number, so that bits do not depend on threads. */
const parts = 8;
/** Weights with more elements than this have tiles enough for all threads; parts would only cost memory. */
const wholeFrom = 65_536;
/** So are those that are cut into as many blocks. */
const enoughUnits = 4;
/** Samples that go through a stage together; a dense layer's tile is made for them. */
export const samplesTogether = 8;

/** A convolution over rows of `y`: its tile is that of the packed weights. */
function chooseConv(groups: number, x: Extent, y: Extent, target: CpuTarget, block?: number): Choice {
  const lanes = lanesFor(y.channels, target);
  if (!groupsFit(groups, x.channels, y.channels, target)) return grouped("conv_grouped", lanes, y, target);
  const tile = chooseTile(y.width, Math.ceil(y.channels / groups / lanes), lanes, target, block);
  const reason = `direct: ${tile.pixels} pixels × ${tile.vectors}·${lanes} channels in registers`;
  return { kernel: "conv_direct", lanes, tile, reason };
}

function withWinograd(direct: Choice, node: Node, graph: Graph, target: CpuTarget): Choice {
  const conv = convolutionOf(direct, node, graph, target);
  if (!conv) return direct;
  const chosen = chooseWinograd(conv);
  if (chosen) return { ...chosen, kernel: "conv_winograd", lanes: direct.lanes, forward: direct.forward ?? direct };
  const measured = tunedFor(conv);
  return measured ? { ...direct, reason: `${direct.reason}; ${describeTuned(measured)}` } : direct;
}

/** A node as a convolution, and how it is computed directly. */
export function convolutionOf(choice: Choice, node: Node, graph: Graph, target: CpuTarget): Convolution | undefined {
  const core = asConvolution(node.core);
  const { lanes, tile } = node.core.family === "conv" ? (choice.forward ?? choice) : choice;
  if (!core || !tile) return undefined;
  const extent = (id: ValueId): Extent => extentOf(valueOf(graph, id).type.shape);
  const [x, y] = [extent(node.inputs[0]!), extent(node.body[0]!.value)];
  return { node, core, x, y, lanes, tile, target };
}

function chooseDense(channels: number, target: CpuTarget, block?: number): Omit<Choice, "kernel"> {
  const lanes = lanesFor(channels, target);
  const tile = chooseTile(samplesTogether, Math.ceil(channels / lanes), lanes, target, block);
  return { lanes, tile, reason: `${tile.pixels} samples × ${tile.vectors}·${lanes} values in registers` };
}

/** Vectors are of outputs, summed by lanes: of some samples × inputs, beside a vector of each of these inputs' weights. */
function chooseDenseData(channels: number, target: CpuTarget): Choice {
  const lanes = lanesFor(channels, target);
  const inputs = Math.min(4, lanes);
  const room = Math.floor((target.registers - inputs - broadcastRegisters) / inputs);
  const tile = { pixels: Math.min(samplesTogether, room), vectors: Math.min(4, Math.ceil(channels / lanes)) };
  return {
    kernel: "dense_data",
    lanes,
    tile,
    reason: `${tile.pixels} samples × ${inputs} inputs in registers, summed by lanes`,
  };
}

/**
 * The gradient of an embedding is cut by channels into this many units, where there are as many vectors: words are too
 * unlike in number to cut by them. A unit takes a few vectors together, so that it uses whole lines of memory.
 */
function chooseEmbeddingWeights(channels: number, target: CpuTarget): Choice {
  const lanes = lanesFor(channels, target);
  const vectors = Math.max(1, Math.min(4, Math.floor(Math.ceil(channels / lanes) / parts)));
  const reason = `${vectors}·${lanes} channels of all tokens, in their order`;
  return { kernel: "embedding_weights", lanes, tile: { pixels: 1, vectors }, reason };
}

/** A weight gradient has the packing of the weights, so blocks of as many vectors; the rest of the registers hold taps. */
function weightTile(taps: number, { vectors }: Tile, target: CpuTarget): Tile {
  const most = Math.floor((target.registers - vectors - 1) / vectors);
  return { pixels: Math.min(taps, most), vectors };
}

const choosers: { readonly [F in Family]?: Chooser<F> } = {
  conv: ({ core, operands: [x], result, node, target, block }) => {
    const choice = chooseConv(core.groups, x!, result, target, block);
    return node.tail ? { ...choice, kernel: "conv_pool", reason: `${choice.reason}, pooled row by row` } : choice;
  },
  conv_data_grad: ({ core, operands: [dy], result, target, block }) => {
    const lanes = lanesFor(result.channels, target);
    const forward = chooseConv(core.groups, result, dy!, target, block);
    if (!groupsFit(core.groups, result.channels, dy!.channels, target))
      return { ...grouped("conv_grouped_data", lanes, result, target), forward };
    const columns = Math.ceil(result.width / core.window.stride[1]);
    const tile = chooseTile(columns, Math.ceil(result.channels / core.groups / lanes), lanes, target);
    return {
      kernel: "conv_data",
      lanes,
      tile,
      forward,
      reason: `direct, gathered: ${tile.pixels} pixels × ${tile.vectors}·${lanes} channels`,
    };
  },
  conv_weight_grad: ({ core, operands: [x, dy], node, target, block }) => {
    const forward = chooseConv(core.groups, x!, dy!, target, block);
    const [kh, kw] = core.window.kernel;
    const tile = weightTile((kh * kw * x!.channels) / core.groups, forward.tile!, target);
    const kernel = forward.kernel === "conv_grouped" ? "conv_grouped_weights" : "conv_weights";
    const conv = {
      node,
      core: { ...core, family: "conv" },
      x: x!,
      y: dy!,
      lanes: forward.lanes,
      tile,
      target,
    } as const;
    const chosen = chooseWinogradWeights(conv);
    if (chosen) {
      const cut = unitsOf(chosen.adjoint, forward.lanes, x!, dy!) < enoughUnits ? { parts } : {};
      return { kernel: "conv_winograd_weights", lanes: forward.lanes, ...chosen, forward, ...cut };
    }
    const reason = `${tile.pixels} taps × ${tile.vectors}·${forward.lanes} channels in registers, over samples and pixels`;
    const elements = (kh * kw * x!.channels * dy!.channels) / core.groups;
    return { kernel, lanes: forward.lanes, tile, parts: elements > wholeFrom ? 1 : parts, reason };
  },
  conv_max_data_grad: ({ node, core, operands: [dy], result, target, block }) => {
    const y = { channels: dy!.channels, ...slide(result, core.window) };
    const max = maxDataGradient(node, core, dy!, result, target);
    return { ...max.choice, forward: chooseConv(1, result, y, target, block), reason: reasonFor(max, core) };
  },
  conv_max_weight_grad: ({ node, core, operands: [x, dy], target, block }) => {
    const y = { channels: dy!.channels, ...slide(x!, core.window) };
    const max = maxWeightGradient(node, core, x!, dy!, target);
    const elements = core.window.kernel[0] * core.window.kernel[1] * x!.channels * y.channels;
    const cut = { parts: elements > wholeFrom ? 1 : parts };
    return { ...max.choice, forward: chooseConv(1, x!, y, target, block), ...cut, reason: reasonFor(max, core) };
  },
  dense: ({ result, target, block }) => ({ kernel: "dense", ...chooseDense(result.channels, target, block) }),
  dense_data_grad: ({ result, target }) => chooseDenseData(result.channels, target),
  dense_weight_grad: ({ operands: [x, dy], target, block }) => {
    const { lanes, tile: forward } = chooseDense(dy!.channels, target, block);
    const tile = weightTile(x!.channels, forward!, target);
    return {
      kernel: "dense_weights",
      lanes,
      tile,
      reason: `${tile.pixels} inputs × ${tile.vectors}·${lanes} values in registers, over the batch`,
    };
  },
  embedding_weight_grad: ({ operands: [, dy], target }) => chooseEmbeddingWeights(dy!.channels, target),
};

/** What is computed by a loop that needs no choice but the width of vectors. */
const kernels: { readonly [F in Family]: string } = {
  map: "map",
  conv: "conv_direct",
  conv_data_grad: "conv_data",
  conv_weight_grad: "conv_weights",
  conv_max_data_grad: "conv_max_data",
  conv_max_weight_grad: "conv_max_weights",
  dense: "dense",
  dense_data_grad: "dense_data",
  dense_weight_grad: "dense_weights",
  pool: "pool",
  pool_grad: "pool_grad",
  concat: "concat",
  resample: "gather",
  permute: "gather",
  embedding: "embedding",
  embedding_weight_grad: "embedding_weights",
  batch_norm: "batch_norm",
  batch_moments: "batch_moments",
  batch_norm_sums: "batch_norm_sums",
  group_norm: "group_norm",
  group_norm_grad: "group_norm_grad",
  channel_norm: "channel_norm",
  channel_norm_grad: "channel_norm_grad",
  channel_window: "channel_window",
  softmax: "softmax",
  softmax_grad: "softmax_grad",
  cross_entropy: "cross_entropy",
  cross_entropy_grad: "cross_entropy_grad",
  class_hits: "class_hits",
  channel_sum: "channel_sum",
  sample_sum: "sample_sum",
  activity: "activity",
  gradient_total: "sum_partials",
  reshape: "reshape",
  affine_sample: "affine_sample",
  batch_mean: "batch_mean",
  update: "map_flat",
};

function choose(node: Node, graph: Graph, target: CpuTarget, block: number | undefined): Choice {
  const { core } = node;
  if (core.family === "update")
    return { kernel: "map_flat", lanes: target.lanes[0]!, reason: "over the whole parameter block" };
  const types = node.inputs.map((id) => valueOf(graph, id).type);
  const result = extentOf(valueOf(graph, node.body[0]!.value).type.shape);
  const columns = chooseColumns(node, graph, target);
  if (columns) return columns;
  const chooser = choosers[core.family] as Chooser<Family> | undefined;
  const extents = types.map(({ shape }) => extentOf(shape));
  if (chooser) return chooser({ core, operands: extents, result, node, target, block } as Use<Family>);
  // Sums over a sample and classification kernels walk their operand's channels, the others their result's.
  const perSample = valueOf(graph, resultOf(node)).type.shape.length === 0 && extents[0] !== undefined;
  const lanes = lanesFor(perSample ? extents[0]!.channels : result.channels, target);
  const summed = core.family === "channel_sum" || core.family === "batch_moments" || core.family === "batch_norm_sums";
  const sums = summed ? { parts } : {};
  return { kernel: kernels[core.family], lanes, ...sums, reason: `${lanes} channels at a time` };
}

/** Whether each group's channels fill whole vectors, on both sides. */
function groupsFit(groups: number, inputs: number, outputs: number, target: CpuTarget): boolean {
  const fits = (channels: number): boolean => (channels / groups) % lanesFor(channels, target) === 0;
  return groups === 1 || (fits(inputs) && fits(outputs));
}

function grouped(kernel: string, lanes: number, result: Extent, target: CpuTarget): Choice {
  const tile = chooseTile(result.width, 1, lanes, target);
  return { kernel, lanes, tile, reason: `groups narrower than ${lanes} channels: each lane gathers its own inputs` };
}
