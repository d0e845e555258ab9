import { resultOf, valueOf, type CoreOf, type Family, type Graph, type Node } from "../ir/graph.ts";
import type { Choice, State, Target, Tile } from "../ir/plan.ts";
import { extentOf, type Extent } from "../shape/tensor-type.ts";
import type { Window } from "../shape/window.ts";
import { chooseTile, lanesFor } from "./tiles.ts";

/** Decides, node by node, which kernel computes it, with which vectors and which register tile. */
export function chooseAlgorithms(state: State): State {
  const { graph, target } = state;
  return { ...state, choices: graph.nodes.map((node) => choose(node, graph, target)) };
}

interface Use<F extends Family> {
  readonly core: CoreOf<F>;
  readonly operands: readonly Extent[];
  readonly shapes: readonly (readonly number[])[];
  readonly result: Extent;
  readonly node: Node;
  readonly target: Target;
}
type Chooser<F extends Family> = (use: Use<F>) => Choice;

/** Parts of a batch whose sums are made apart: a fixed number, so that bits do not depend on threads. */
const parts = 8;
/** Weights with more elements than this have tiles enough for all threads; parts would only cost memory. */
const wholeFrom = 65_536;
/** Samples that go through a stage together; a dense layer's tile is made for them. */
export const samplesTogether = 8;

/** A convolution or dense layer (one window over all of x): the kernel that reads the weights decides their packing. */
export function chooseForward(groups: number, window: Window | "all", x: Extent, y: Extent, target: Target): Choice {
  const lanes = lanesFor(y.channels, target);
  if (window === "all") {
    const tile = chooseTile(samplesTogether, Math.ceil(y.channels / lanes), lanes, target);
    return {
      kernel: "dense",
      lanes,
      tile,
      reason: `${tile.pixels} samples × ${tile.vectors}·${lanes} values in registers`,
    };
  }
  if (!groupsFit(groups, x.channels, y.channels, target)) return grouped("conv_grouped", lanes, y, target);
  const tile = chooseTile(y.width, Math.ceil(y.channels / groups / lanes), lanes, target);
  const reason = `direct: ${tile.pixels} pixels × ${tile.vectors}·${lanes} channels in registers`;
  return { kernel: "conv_direct", lanes, tile, reason };
}

/** A weight gradient has the packing of the weights, so blocks of as many vectors; the rest of the registers hold taps. */
function weightTile(taps: number, { tile }: Choice, target: Target): Tile {
  const { vectors } = tile!;
  const most = Math.floor((target.registers - vectors - 1) / vectors);
  return { pixels: Math.min(taps, most), vectors };
}

const choosers: { readonly [F in Family]?: Chooser<F> } = {
  conv: ({ core, operands: [x], result, node, target }) => {
    const choice = chooseForward(core.groups, core.window, x!, result, target);
    return node.tail ? { ...choice, kernel: "conv_pool", reason: `${choice.reason}, pooled row by row` } : choice;
  },
  conv_data_grad: ({ core, operands: [dy], result, target }) => {
    const lanes = lanesFor(result.channels, target);
    if (!groupsFit(core.groups, result.channels, dy!.channels, target))
      return grouped("conv_grouped_data", lanes, result, target);
    const columns = Math.ceil(result.width / core.window.stride[1]);
    const tile = chooseTile(columns, Math.ceil(result.channels / core.groups / lanes), lanes, target);
    return {
      kernel: "conv_data",
      lanes,
      tile,
      reason: `direct, gathered: ${tile.pixels} pixels × ${tile.vectors}·${lanes} channels`,
    };
  },
  conv_weight_grad: ({ core, operands: [x, dy], target }) => {
    const forward = chooseForward(core.groups, core.window, x!, dy!, target);
    const [kh, kw] = core.window.kernel;
    const tile = weightTile((kh * kw * x!.channels) / core.groups, forward, target);
    const kernel = forward.kernel === "conv_grouped" ? "conv_grouped_weights" : "conv_weights";
    const reason = `${tile.pixels} taps × ${tile.vectors}·${forward.lanes} channels in registers, over samples and pixels`;
    const elements = (kh * kw * x!.channels * dy!.channels) / core.groups;
    return { kernel, lanes: forward.lanes, tile, parts: elements > wholeFrom ? 1 : parts, reason };
  },
  dense: ({ operands: [x], result, target }) => chooseForward(1, "all", x!, result, target),
  dense_data_grad: ({ result, target }) => {
    const lanes = lanesFor(result.channels, target);
    const tile = chooseTile(samplesTogether, Math.ceil(result.channels / lanes), lanes, target);
    return {
      kernel: "dense_data",
      lanes,
      tile,
      reason: `${tile.pixels} samples × ${tile.vectors}·${lanes} values in registers`,
    };
  },
  dense_weight_grad: ({ operands: [x, dy], target }) => {
    const { lanes, ...forward } = chooseForward(1, "all", x!, dy!, target);
    const tile = weightTile(x!.channels, { lanes, ...forward }, target);
    return {
      kernel: "dense_weights",
      lanes,
      tile,
      reason: `${tile.pixels} inputs × ${tile.vectors}·${lanes} values in registers, over the batch`,
    };
  },
};

/** What is computed by a loop that needs no choice but the width of vectors. */
const kernels: { readonly [F in Family]: string } = {
  map: "map",
  conv: "conv_direct",
  conv_data_grad: "conv_data",
  conv_weight_grad: "conv_weights",
  dense: "dense",
  dense_data_grad: "dense_data",
  dense_weight_grad: "dense_weights",
  pool: "pool",
  pool_grad: "pool_grad",
  adaptive_pool: "adaptive_pool",
  adaptive_pool_grad: "adaptive_pool_grad",
  concat: "concat",
  channels: "channels",
  batch_norm: "batch_norm",
  batch_moments: "batch_moments",
  batch_norm_sums: "batch_norm_sums",
  softmax: "softmax",
  softmax_grad: "softmax_grad",
  cross_entropy: "cross_entropy",
  cross_entropy_grad: "cross_entropy_grad",
  class_hits: "class_hits",
  channel_sum: "channel_sum",
  activity: "activity",
  reshape: "reshape",
  affine_sample: "affine_sample",
  batch_mean: "batch_mean",
  update: "map_flat",
};

function choose(node: Node, graph: Graph, target: Target): Choice {
  const { core } = node;
  if (core.family === "update")
    return { kernel: "map_flat", lanes: target.lanes[0]!, reason: "over the whole parameter block" };
  const types = node.inputs.map((id) => valueOf(graph, id).type);
  const result = extentOf(valueOf(graph, node.body[0]!.value).type.shape);
  const chooser = choosers[core.family] as Chooser<Family> | undefined;
  const extents = types.map(({ shape }) => extentOf(shape));
  if (chooser)
    return chooser({ core, operands: extents, shapes: types.map((t) => t.shape), result, node, target } as Use<Family>);
  // Classification kernels walk their operand's channels, the others their result's.
  const perSample = valueOf(graph, resultOf(node)).type.shape.length === 0 && extents[0] !== undefined;
  const lanes = lanesFor(perSample ? extents[0]!.channels : result.channels, target);
  const summed = core.family === "channel_sum" || core.family === "batch_moments" || core.family === "batch_norm_sums";
  const sums = summed ? { parts } : {};
  return { kernel: kernels[core.family], lanes, ...sums, reason: `${lanes} channels at a time` };
}

/** Whether each group's channels fill whole vectors, on both sides. */
function groupsFit(groups: number, inputs: number, outputs: number, target: Target): boolean {
  const fits = (channels: number): boolean => (channels / groups) % lanesFor(channels, target) === 0;
  return groups === 1 || (fits(inputs) && fits(outputs));
}

function grouped(kernel: string, lanes: number, result: Extent, target: Target): Choice {
  const tile = chooseTile(result.width, 1, lanes, target);
  return { kernel, lanes, tile, reason: `groups narrower than ${lanes} channels: each lane gathers its own inputs` };
}
