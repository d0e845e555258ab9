import { familyOf } from "../ir/families/index.ts";
import { resultOf, valueOf, type Graph, type ValueId } from "../ir/graph.ts";
import { sizeOf } from "../shape/tensor-type.ts";
import { isPlain, movesOf, readsOf } from "./rewrite.ts";
import { macsOf } from "./work.ts";

/** A training step as far as the memory of a sample goes: its nodes and the values that they pass on, by number. */
export interface Tape {
  readonly nodes: readonly TapeNode[];
  readonly values: readonly TapeValue[];
  /** Bytes of each block of memory. */
  readonly blocks: readonly number[];
  /** The first node behind all that results need: from here on gradients are computed. */
  readonly turn: number;
}

export interface TapeNode {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly macs: number;
}

export interface TapeValue {
  readonly id: ValueId;
  /** The node that computes it. */
  readonly node: number;
  /** Where it lies, alone or with all that concatenations join. */
  readonly block: number;
  /** Whether its node may be computed a second time: on the way there, from one sample, and with the same numbers. */
  readonly repeatable: boolean;
}

export function tapeOf(graph: Graph, joins: boolean): Tape {
  const turn = turnOf(graph);
  const ids = graph.nodes.flatMap(({ outputs }) => outputs).filter((id) => isImage(graph, id));
  const numbers = new Map(ids.map((id, i) => [id, i]));
  const numbersOf = (some: Iterable<ValueId>): number[] => [...some].flatMap((id) => numbers.get(id) ?? []);
  const holders = joins ? holdersOf(graph) : new Map<ValueId, ValueId>();
  const holderOf = (id: ValueId): ValueId => (holders.has(id) ? holderOf(holders.get(id)!) : id);
  const held = [...new Set(ids.map(holderOf))];
  const blocks = new Map(held.map((id, i) => [id, i]));
  const moved = new Set(graph.nodes.flatMap((node) => movesOf(graph, node)));
  return {
    turn,
    nodes: graph.nodes.map((node) => ({
      reads: numbersOf(readsOf(node)),
      writes: numbersOf(node.outputs),
      macs: node.core.family === "update" ? 0 : macsOf(graph, node),
    })),
    values: graph.nodes.flatMap((node, i) => {
      const mixes = familyOf(node.core).acrossBatch ?? false;
      const repeatable = i < turn && !mixes && ![...readsOf(node)].some((id) => moved.has(id));
      return node.outputs
        .filter((id) => numbers.has(id))
        .map((id) => ({ id, node: i, block: blocks.get(holderOf(id))!, repeatable }));
    }),
    blocks: held.map((id) => bytesOf(graph, id)),
  };
}

/** Whether each sample has a slice of memory for it. */
function isImage(graph: Graph, id: ValueId): boolean {
  const { batched, type } = valueOf(graph, id);
  return batched && type.shape.length > 0;
}

function bytesOf(graph: Graph, id: ValueId): number {
  const { dtype, shape } = valueOf(graph, id).type;
  return sizeOf(shape) * (dtype === "u8" ? 1 : 4);
}

function turnOf({ nodes, results, watched }: Graph): number {
  const needed = new Set([...results, ...watched].map(({ value }) => value));
  let turn = 0;
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!nodes[i]!.outputs.some((id) => needed.has(id))) continue;
    turn = Math.max(turn, i + 1);
    readsOf(nodes[i]!).forEach((id) => needed.add(id));
  }
  return turn;
}

/** Operands of concatenations, and the results that they most likely lie in (`join-in-place.ts` decides about it later). */
function holdersOf(graph: Graph): ReadonlyMap<ValueId, ValueId> {
  const holders = new Map<ValueId, ValueId>();
  for (const node of graph.nodes) {
    const { core, inputs } = node;
    const apart = new Set(inputs).size === inputs.length && !inputs.some((id) => holders.has(id));
    const joined = core.family === "concat" && isPlain(node) && apart;
    if (joined && inputs.every((id) => isImage(graph, id) && valueOf(graph, id).role === "computed"))
      for (const id of inputs) holders.set(id, resultOf(node));
  }
  return holders;
}

export interface Rehearsal {
  /** Bytes that values of a sample take at most at a time. */
  readonly peak: number;
  /** Multiply-accumulates of what is computed a second time. */
  readonly macs: number;
  /** The nodes that are computed a second time, in their order. */
  readonly again: readonly number[];
  /** All nodes in the order in which they are computed; a second time as -1 - node. */
  readonly order: readonly number[];
}

/**
 * What a step takes when values that are `dropped` are not kept for gradients, but computed a second time where the first one
 * needs them: each node then computes its own operands a second time, too, as far as they are dropped.
 */
export function rehearse({ nodes, values, blocks, turn }: Tape, dropped: readonly boolean[]): Rehearsal {
  const [from, to] = [new Int32Array(2 * blocks.length).fill(-1), new Int32Array(2 * blocks.length)];
  const repeated = new Set<number>();
  const order: number[] = [];
  const touch = (value: number, second: boolean): void => {
    const { block } = values[value]!;
    const slot = second && dropped[value] ? blocks.length + block : block;
    if (from[slot] === -1) from[slot] = order.length;
    to[slot] = order.length;
  };
  const repeat = (node: number): void => {
    if (repeated.has(node)) return;
    repeated.add(node);
    const { reads, writes } = nodes[node]!;
    repeatAll(reads);
    for (const value of reads) touch(value, true);
    for (const value of writes) if (dropped[value]) touch(value, true);
    order.push(-1 - node);
  };
  const repeatAll = (reads: readonly number[]): void => {
    for (const value of reads) if (dropped[value]) repeat(values[value]!.node);
  };
  nodes.forEach(({ reads, writes }, node) => {
    if (node >= turn) repeatAll(reads);
    for (const value of reads) touch(value, node >= turn);
    for (const value of writes) touch(value, false);
    order.push(node);
  });
  const again = [...repeated];
  const macs = again.reduce((sum, node) => sum + nodes[node]!.macs, 0);
  return { peak: peakOf([...blocks, ...blocks], from, to, order.length), macs, again, order };
}

/** The most bytes of blocks that are alive at a time. */
function peakOf(blocks: readonly number[], from: Int32Array, to: Int32Array, end: number): number {
  const change = new Float64Array(end + 1);
  blocks.forEach((bytes, block) => {
    if (from[block] === -1) return;
    change[from[block]!]! += bytes;
    change[to[block]! + 1]! -= bytes;
  });
  let [live, peak] = [0, 0];
  for (const bytes of change) peak = Math.max(peak, (live += bytes));
  return peak;
}
