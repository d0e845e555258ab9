import { extraResults, valueOf, type Graph, type ValueId } from "../ir/graph.ts";
import { learnedFloats, parameterOf, readsNorm } from "../ir/parameters.ts";
import type { Arena, Layout, Partials, Place, State } from "../ir/plan.ts";
import { extentOf, type DType, type Extent } from "../shape/tensor-type.ts";
import { livesOf, type Life } from "./lives.ts";
import { winogradFloats } from "./choose-winograd.ts";
import { winogradWeightsFloats } from "./choose-winograd-weights.ts";
import { placeCopies } from "./place-copies.ts";
import { lanesFor } from "./tiles.ts";

const alignment = 64;
const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

interface Lifetime extends Life {
  /** A value, or the transformed tiles of a node. */
  readonly id: ValueId | number;
  readonly bytes: number;
}

/**
 * One arena. Everything a sample needs lies in a slice of its own, so units that work on different samples never
 * meet, and values whose lives do not overlap share bytes within the slice (greedy, largest first, at the lowest free offset).
 */
export function planMemory(state: State): State {
  const { graph } = state;
  const layouts = state.layouts!;
  const values = lifetimesOf(state).filter(({ id }) => layouts.get(id)?.kind === "image");
  const work = workOf(state);
  const tileLives = work.flatMap(({ tiles }) => (tiles ? [tiles] : []));
  const lifetimes: Lifetime[] = [...values, ...tileLives];
  const places = new Map<ValueId | number, Place>();
  let slice = 0;
  for (const lifetime of [...lifetimes].sort((a, b) => b.bytes - a.bytes)) {
    const offset = lowestFree(lifetime, lifetimes, places);
    places.set(lifetime.id, { offset, bytes: lifetime.bytes });
    slice = Math.max(slice, offset + lifetime.bytes);
  }
  const offsets = new Map([...places].filter((entry): entry is [ValueId, Place] => typeof entry[0] === "string"));
  for (const id of storedOf(graph)) placeWithin(id, state, offsets);
  const tiles = new Map([...places].filter((entry): entry is [number, Place] => typeof entry[0] === "number"));
  const scratch = Math.max(0, ...work.map((node) => node.scratch));
  const once = placeOnce(state);
  const scalars = storedOf(graph).filter((id) => layouts.get(id)?.kind === "scalars");
  const apart = storedOf(graph).filter((id) => !isWithin(layouts.get(id)!));
  const ownBytes = [...apart.map((id) => bytesOf(graph, id, layouts.get(id)!)), ...tileLives.map(({ bytes }) => bytes)];
  const withoutReuse = ownBytes.reduce((sum, bytes) => sum + bytes, 0);
  const sliceBytes = Math.max(alignment, unaliased(slice));
  // Arrays with one number per sample start at whole lines; the last vector may read a line further.
  const bytesOnce = once.once + alignment * (scalars.length + 1);
  const bytesPerSample = sliceBytes + 4 * scalars.length;
  const placed = { ...once, ...placeActivity(graph), scalars, slice: sliceBytes, offsets, tiles, scratch };
  return { ...state, arena: { ...placed, withoutReuse, bytesOnce, bytesPerSample } };
}

/** Slices a multiple of 4 KiB apart would all fall into the same cache sets. */
function unaliased(bytes: number): number {
  return bytes > 0 && bytes % 4096 === 0 ? bytes + alignment : bytes;
}

interface Work {
  /** Bytes for each thread. */
  readonly scratch: number;
  readonly tiles?: Lifetime;
}

/** The memory that nodes need while they are computed. */
function workOf({ graph, choices }: State): readonly Work[] {
  const extent = (id: ValueId): Extent => extentOf(valueOf(graph, id).type.shape);
  return graph.nodes.flatMap(({ inputs, body }, node) => {
    const { winograd, adjoint, patches, tile, lanes } = choices![node]!;
    if (patches) return [{ scratch: align(4 * patches.picture) }];
    if (adjoint) return [{ scratch: align(4 * winogradWeightsFloats(adjoint, tile!, lanes, extent(inputs[1]!))) }];
    if (!winograd) return [];
    const [x, y] = [inputs[0]!, body[0]!.value].map(extent);
    const floats = winogradFloats(winograd, tile!, lanes, x!, y!);
    const scratch = align(floats.scratch * 4);
    if (!winograd.whole) return [{ scratch }];
    return [{ scratch, tiles: { id: node, bytes: align(floats.perSample * 4), from: node, to: node } }];
  });
}

function storedOf(graph: Graph): readonly ValueId[] {
  return graph.nodes.flatMap((node) => node.outputs);
}

/** A value that holds others lives with all of them. A node's result overlaps none of its operands but the one that it is written over. */
function lifetimesOf({ graph, layouts }: State): readonly (Lifetime & { readonly id: ValueId })[] {
  const lifetimes = new Map<ValueId, Lifetime & { readonly id: ValueId }>();
  for (const [value, life] of livesOf(graph)) {
    const id = holderOf(value, layouts!);
    const { from, to } = lifetimes.get(id) ?? life;
    const bytes = bytesOf(graph, id, layouts!.get(id)!);
    lifetimes.set(id, { id, bytes, from: Math.min(from, life.from), to: Math.max(to, life.to) });
  }
  return [...lifetimes.values()];
}

const isWithin = (layout: Layout): boolean => layout.kind === "image" && layout.within !== undefined;

/** The value that a value lies within, or over, and from which of its channels on. */
function heldBy(layout: Layout | undefined): { readonly value: ValueId; readonly channel: number } | undefined {
  if (layout?.kind !== "image") return undefined;
  return layout.within ?? (layout.over === undefined ? undefined : { value: layout.over, channel: 0 });
}

/** The value whose memory this is in: itself, where none holds it. */
function holderOf(id: ValueId, layouts: ReadonlyMap<ValueId, Layout>): ValueId {
  const holder = heldBy(layouts.get(id));
  return holder === undefined ? id : holderOf(holder.value, layouts);
}

/** A value lies from its first channel on in the one that holds it, or just where the one lies that it is written over. */
function placeWithin(id: ValueId, state: State, offsets: Map<ValueId, Place>): Place | undefined {
  const layout = state.layouts!.get(id);
  const holder = heldBy(layout);
  if (offsets.has(id) || layout?.kind !== "image" || !holder) return offsets.get(id);
  const { value, channel } = holder;
  const { offset, bytes } = placeWithin(value, state, offsets)!;
  const start = channel * elementBytes(valueOf(state.graph, id).type.dtype, layout);
  const place = { offset: offset + start, bytes: bytes - start };
  offsets.set(id, place);
  return place;
}

/** Bytes of one sample of a value, with room for a whole vector behind it. */
function bytesOf(graph: Graph, id: ValueId, layout: Layout): number {
  const { type } = valueOf(graph, id);
  if (layout.kind !== "image") return 0;
  const { height, width } = extentOf(type.shape);
  const elements = height * (layout.left + width + layout.right) * layout.pixel;
  return align(elements * elementBytes(type.dtype, layout));
}

function elementBytes(dtype: DType, { element }: Extract<Layout, { kind: "image" }>): number {
  if (dtype === "u8") return 1;
  return element === undefined ? 4 : 2;
}

function lowestFree(wanted: Lifetime, all: readonly Lifetime[], placed: ReadonlyMap<ValueId | number, Place>): number {
  const busy = all
    .filter(({ id, from, to }) => placed.has(id) && from <= wanted.to && to >= wanted.from)
    .map(({ id }) => placed.get(id)!)
    .sort((a, b) => a.offset - b.offset);
  let offset = 0;
  for (const place of busy) {
    if (offset + wanted.bytes <= place.offset) break;
    offset = Math.max(offset, place.offset + place.bytes);
  }
  return offset;
}

/** What exists once for the whole batch: partial sums, derived weights, statistics, and what `prepare` computes. */
function placeOnce(
  state: State,
): Pick<Arena, "once" | "partials" | "derived" | "copies" | "statistics" | "prepared" | "preparedBytes"> {
  const { graph, stages } = state;
  const [arena, preparation] = [new Bump(), new Bump()];
  const [partials, derived] = [new Map<number, Partials>(), new Map<number, number>()];
  const [statistics, prepared] = [new Map<ValueId, number>(), new Map<ValueId, number>()];
  const elsewhere = new Set([...graph.gradients, ...graph.watched.map(({ value }) => value)]);
  // Parts of a gradient lie one after another, as their sum reads them.
  graph.nodes.forEach(({ core, inputs }, node) => {
    if (core.family !== "gradient_total") return;
    const stride = align(partBytes(state, node));
    const offset = arena.take(inputs.length * stride);
    partials.set(node, { offset, stride });
    inputs.forEach((id, part) => statistics.set(id, offset + part * stride));
  });
  for (const { units, nodes } of stages!)
    for (const node of nodes) {
      if (units.by === "preparation")
        graph.nodes[node]!.outputs.forEach((id) => prepared.set(id, preparation.take(channelBytes(state, id))));
      // The norm of the gradients is the sum of a double for each range of the learned parameters.
      if (units.by === "ranges" && readsNorm(graph.nodes[node]!))
        partials.set(node, { offset: arena.take(8 * Math.ceil(learnedFloats(state) / units.floats)), stride: 8 });
      if (units.by !== "sums") continue;
      const { parts = 1 } = state.choices![node]!;
      if (parts > 1) {
        const stride = align(partBytes(state, node));
        partials.set(node, { offset: arena.take(parts * stride), stride });
      }
      // A kernel with several results writes each, whether or not it is read.
      const { core, body, outputs } = graph.nodes[node]!;
      for (const id of new Set([...outputs, body[0]!.value, ...extraResults(core)]))
        if (!elsewhere.has(id) && !statistics.has(id) && valueOf(graph, id).type.shape.length > 0)
          statistics.set(id, arena.take(channelBytes(state, id)));
    }
  for (const { nodes, size, ...copy } of state.derived!) {
    if (!copy.prepared) continue;
    const offset = preparation.take(size * 4);
    for (const node of nodes) derived.set(node, offset);
  }
  const copies = placeCopies(state, align);
  const shared = arena.take(Math.max(0, ...copies.map(({ bytes }) => bytes)));
  for (const { offsets } of copies) offsets.forEach((offset, node) => derived.set(node, shared + offset));
  return { once: arena.size, partials, derived, copies, statistics, prepared, preparedBytes: preparation.size };
}

/** Layer after layer, without gaps: what the host hands out as it is. */
function placeActivity(graph: Graph): Pick<Arena, "activity" | "activityBytes"> {
  let activityBytes = 0;
  const activity = new Map<ValueId, number>();
  for (const { value } of graph.watched) {
    activity.set(value, activityBytes);
    activityBytes += valueOf(graph, value).type.shape[0]!;
  }
  return { activity, activityBytes };
}

class Bump {
  size = 0;

  take(bytes: number): number {
    const offset = this.size;
    this.size += align(bytes);
    return offset;
  }
}

/** A float per channel, whole vectors. */
function channelBytes({ graph, target }: State, id: ValueId): number {
  const [channels = 1] = valueOf(graph, id).type.shape;
  const lanes = lanesFor(channels, target);
  return Math.ceil(channels / lanes) * lanes * 4;
}

/** Bytes of one part of a sum: of a gradient as packed, or two doubles per channel of a statistic. */
function partBytes(state: State, node: number): number {
  const { core, outputs } = state.graph.nodes[node]!;
  // A CUDA device sums channels in double, two sums at a time.
  const sums = core.family === "channel_sum" && state.target.device === "cuda";
  const statistic = core.family === "batch_moments" || core.family === "batch_norm_sums" || sums;
  if (statistic) return channelBytes(state, outputs[0]!) * 4;
  return state.packings!.get(parameterOf(state.graph, outputs[0]!)!)!.size * 4;
}
