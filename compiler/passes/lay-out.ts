import { valueOf, type Graph, type Node, type Value, type ValueId } from "../ir/graph.ts";
import { weightsOf } from "../ir/parameters.ts";
import type { Choice, CudaTarget, Derived, Layout, Packing, Precision, State, Target, Winograd } from "../ir/plan.ts";
import { extentOf, sizeOf, type Extent } from "../shape/tensor-type.ts";
import { slide, type Window } from "../shape/window.ts";
import { joinInPlace, widen } from "./join-in-place.ts";
import { lanesFor } from "./tiles.ts";
import { writeOver } from "./write-over.ts";

/** Decides how values lie in memory: vectors, halos, packed parameters. */
export function layOut(state: State): State {
  const { graph, target } = state;
  const layouts = new Map<ValueId, Layout>();
  for (const value of graph.values.values()) layouts.set(value.id, layoutOf(graph, value.id, target));
  if (target.halo) for (const node of graph.nodes) addHalos(graph, node, layouts);
  const choices = target.device === "cpu" ? joinInPlace(graph, state.choices!, layouts) : state.choices!;
  if (target.device === "cpu") writeOver(graph, layouts);
  const packed = packAll(state);
  const derived =
    target.device === "cuda" ? narrowWeights(state, target, packed.packings) : deriveWeights(graph, choices);
  return { ...state, choices, layouts, ...packed, derived };
}

function layoutOf(graph: Graph, id: ValueId, target: Target): Layout {
  const { type, batched, role } = valueOf(graph, id);
  if (role === "input" || role === "target") return { kind: "external" };
  if (!batched) return { kind: "once" };
  if (type.shape.length === 0) return { kind: "scalars" };
  const layout = { kind: "image", pixel: pixelOf(extentOf(type.shape), target), left: 0, right: 0 } as const;
  const element = type.dtype === "f32" && target.device === "cuda" ? elementOf(target.precision) : undefined;
  return element === undefined ? layout : { ...layout, element };
}

/**
 * Whole vectors. Pixels a multiple of 4 KiB apart, or of 2 where every second one is read, would all fall into the same cache sets, of which
 * a tile of pixels then has too few: they are a line further apart.
 */
function pixelOf({ channels, height, width }: Extent, target: Target): number {
  const lanes = lanesFor(channels, target);
  const pixel = Math.ceil(channels / lanes) * lanes;
  const aliased = target.device === "cpu" && height * width > 1 && (4 * pixel) % 2048 === 0;
  return aliased ? pixel + 16 : pixel;
}

/** In what activations are stored, where that is not f32. */
function elementOf(precision: Precision): "f16" | "bf16" | undefined {
  return precision === "f16" || precision === "bf16" ? precision : undefined;
}

/** A convolution reads columns beside its operand: they are zeros in memory, so that no tap is a special case. */
function addHalos(graph: Graph, { core, inputs }: Node, layouts: Map<ValueId, Layout>): void {
  const widthOf = (id: ValueId): number => extentOf(valueOf(graph, id).type.shape).width;
  if (core.family === "conv") {
    const y = graph.nodes.find((node) => node.core === core)!.body[0]!.value;
    const { left, right } = convHalo(core.window, widthOf(inputs[0]!), widthOf(y));
    widen(layouts, inputs[0]!, left, right);
  } else if (core.family === "conv_weight_grad") {
    const { left, right } = convHalo(core.window, widthOf(inputs[0]!), widthOf(inputs[1]!));
    widen(layouts, inputs[0]!, left, right);
  } else if (core.family === "conv_max_weight_grad") {
    const x = extentOf(valueOf(graph, inputs[0]!).type.shape);
    const { left, right } = convHalo(core.window, x.width, slide(x, core.window).width);
    widen(layouts, inputs[0]!, left, right);
  } else if (core.family === "conv_data_grad") {
    const dx = graph.nodes.find((node) => node.core === core)!.body[0]!.value;
    const { left, right } = dataHalo(core.window, widthOf(dx), widthOf(inputs[0]!));
    widen(layouts, inputs[0]!, left, right);
  }
}

/** Columns beside x, `width` wide, that q·stride + s·dilation - pad reaches for q < `positions`. */
function convHalo({ kernel, stride, dilation, pad }: Window, width: number, positions: number) {
  const last = (positions - 1) * stride[1] + (kernel[1] - 1) * dilation[1] - pad[1];
  return { left: Math.max(0, pad[1]), right: Math.max(0, last - (width - 1)) };
}

/** Columns beside dy, `positions` wide, that (w + pad - s·dilation)/stride reaches for w < `width`. */
function dataHalo({ kernel, stride, dilation, pad }: Window, width: number, positions: number) {
  let [left, right] = [0, 0];
  for (let s = 0; s < kernel[1]; s++) {
    // Multiples of the stride among those of w = 0 to width - 1: the first, and the last.
    const begin = pad[1] - s * dilation[1];
    const [first, last] = [Math.ceil(begin / stride[1]), Math.floor((begin + width - 1) / stride[1])];
    if (first > last) continue;
    left = Math.max(left, -first);
    right = Math.max(right, last - (positions - 1));
  }
  return { left, right };
}

/**
 * The kernels that read a parameter or a constant decide its order; vectors stand as they are. The programs of a model share
 * the block of parameters and that of constants: where one was planned before, the others must read what it packed.
 */
function packAll(state: State): Required<Pick<State, "packings" | "block" | "constantBlock">> {
  const { graph, target, packings: given, block, constantBlock } = state;
  const uses = packedUses(state);
  const kept = [...graph.parameters, ...graph.buffers];
  if (given && block !== undefined && constantBlock !== undefined) {
    for (const id of [...kept, ...graph.constants]) agree(id, given.get(id), uses.get(id) ?? []);
    return { packings: given, block, constantBlock };
  }
  const packings = new Map<ValueId, Packing>();
  const pack = (ids: readonly ValueId[]): number => {
    let offset = 0;
    for (const id of ids) {
      const own = uses.get(id) ?? [packVector(graph, id, target)];
      const packing = { ...own[0]!, offset };
      agree(id, packing, own);
      packings.set(id, packing);
      offset += Math.ceil(packing.size / 16) * 16;
    }
    return offset;
  };
  return { packings, block: pack(kept), constantBlock: pack(graph.constants) };
}

type Unplaced = Omit<Packing, "offset">;

/** A program that does not read a parameter takes any packing. */
function agree(id: ValueId, given: Packing | undefined, uses: readonly Unplaced[]): void {
  if (!given) throw new Error(`${id} was not packed`);
  for (const use of uses)
    if (JSON.stringify({ ...use, offset: given.offset }) !== JSON.stringify(given))
      throw new Error(`${id} is packed in two ways: ${JSON.stringify(given)} and ${JSON.stringify(use)}`);
}

function packVector(graph: Graph, id: ValueId, target: Target): Unplaced {
  const [channels = 1] = valueOf(graph, id).type.shape;
  const lanes = lanesFor(channels, target);
  const size = Math.ceil(channels / lanes) * lanes;
  return { form: "vector", lanes, vectors: 1, size, groups: 1, operand: [channels, 1, 1] };
}

/** How each use of the weights of a convolution, dense layer or embedding, forwards or for their gradient, wants them packed. */
function packedUses({ graph, choices }: State): ReadonlyMap<ValueId, readonly Unplaced[]> {
  const uses = new Map<ValueId, Unplaced[]>();
  graph.nodes.forEach((node, i) => {
    const id = weightsOf(graph, node);
    if (id === undefined) return;
    const choice = choices![i]!;
    const use = packWeights(node, choice.forward ?? choice, valueOf(graph, id), valueOf(graph, node.inputs[0]!));
    uses.set(id, [...(uses.get(id) ?? []), use]);
  });
  return uses;
}

function packWeights({ core }: Node, { kernel, lanes, tile }: Choice, weights: Value, x: Value): Unplaced {
  if (core.family === "embedding" || core.family === "embedding_weight_grad") return packRows(weights, lanes);
  const spanning = kernel.startsWith("conv_grouped");
  const form = "window" in core ? (spanning ? "conv_grouped" : "conv") : "dense";
  const groups = "groups" in core ? core.groups : 1;
  const [outputs = 1, ...rest] = weights.type.shape;
  const outer = form === "conv" ? groups : 1;
  const size = outer * Math.ceil(outputs / outer / lanes) * lanes * sizeOf(rest);
  const { channels, height, width } = extentOf(x.type.shape);
  // A window goes over pictures of any size.
  const operand = form === "dense" ? ([channels, height, width] as const) : ([groups * rest[0]!, 1, 1] as const);
  return { form, lanes, vectors: tile!.vectors, size, groups, operand };
}

/** A row for each token, of whole vectors. */
function packRows({ type: { shape } }: Value, lanes: number): Unplaced {
  const [rows = 1, channels = 1] = shape;
  const size = rows * Math.ceil(channels / lanes) * lanes;
  return { form: "rows", lanes, vectors: 1, size, groups: 1, operand: [channels, 1, 1] };
}

/**
 * On processors gradients of convolutions to their inputs read weights with vectors over input channels: a transposed copy; and Winograd's
 * convolutions transformed ones. In prediction weights stay what they are.
 */
function deriveWeights(graph: Graph, choices: readonly Choice[]): readonly Derived[] {
  return graph.nodes.flatMap(({ core, inputs, body }, node) => {
    const { winograd, patches, lanes, tile } = choices[node]!;
    if (winograd) return [transformed(graph, node, choices[node]!, winograd)];
    const copy = { prepared: graph.program === "infer", nodes: [node], parameter: inputs[1]!, lanes };
    if (patches) return [{ ...copy, vectors: tile!.vectors, size: patches.copy }];
    if (core.family !== "conv_data_grad") return [];
    const { channels } = extentOf(valueOf(graph, body[0]!.value).type.shape);
    const [outputs = 1, , ...kernel] = valueOf(graph, inputs[1]!).type.shape;
    const size = Math.ceil(channels / lanes) * lanes * (outputs / core.groups) * sizeOf(kernel);
    return [{ ...copy, vectors: tile!.vectors, size }];
  });
}

function transformed(graph: Graph, node: number, { lanes, tile }: Choice, { points }: Winograd): Derived {
  const { inputs, body } = graph.nodes[node]!;
  const [x, y] = [inputs[0]!, body[0]!.value].map((id) => extentOf(valueOf(graph, id).type.shape).channels);
  const size = points * x! * Math.ceil(y! / lanes) * lanes;
  return {
    prepared: graph.program === "infer",
    nodes: [node],
    parameter: inputs[1]!,
    lanes,
    vectors: tile!.vectors,
    size,
  };
}

/** Tensor cores multiply numbers of 16 bits: those products read a copy of their weights, in the same order. */
function narrowWeights(
  { graph, choices }: State,
  { precision }: CudaTarget,
  packings: State["packings"],
): readonly Derived[] {
  if (elementOf(precision) === undefined) return [];
  const readers = new Map<ValueId, number[]>();
  graph.nodes.forEach(({ inputs }, node) => {
    const [, weights] = inputs;
    if (!choices![node]!.block || weights === undefined || !packings!.has(weights)) return;
    readers.set(weights, [...(readers.get(weights) ?? []), node]);
  });
  return [...readers].map(([parameter, nodes]) => {
    const size = Math.ceil(packings!.get(parameter)!.size / 2);
    return { prepared: graph.program === "infer", nodes, parameter, lanes: 1, vectors: 1, size };
  });
}
