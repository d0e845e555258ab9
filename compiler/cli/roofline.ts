import { bandwidthFor, type MachineSpeed } from "../build/machine-speed.ts";
import { familyOf } from "../ir/families/index.ts";
import { extraResults, resultOf, valueOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import { learnedFloats } from "../ir/parameters.ts";
import type { Plan } from "../ir/plan.ts";
import { readsOf } from "../passes/rewrite.ts";
import { sizeOf } from "../shape/tensor-type.ts";

/** What a node does in one call, and how quickly the machine could do it. */
export interface NodeWork {
  /** Two for each multiply-accumulate that the layer means, however it is computed; 0 where a family counts none. */
  readonly flops: number;
  /** Operands, weights and results, each once. */
  readonly bytes: number;
  /** Seconds that the multiply-adds and the bytes need at least; the longer one bounds the node. */
  readonly compute: number;
  readonly memory: number;
}

/**
 * The roofline (Williams, Waterman & Patterson 2009) of each node of a program for a batch. A weight comes from the smallest
 * memory that holds all weights, since a call reads them all before it reads this one again; what belongs to samples, from that
 * which holds the node's own values of a unit of work.
 */
export function workOf(plan: Plan, batch: number, machine: MachineSpeed): readonly NodeWork[] {
  const { graph, stages } = plan;
  const together = stages.map(({ units }) => {
    if (units.by === "samples" || units.by === "tiles") return Math.min(batch, units.samples);
    return units.by === "bands" ? 1 : batch;
  });
  const sizes = graph.nodes.map((_, i) => bytesOf(i, plan));
  const allOnce = sizes.reduce((sum, { once }) => sum + once, 0);
  return graph.nodes.map((node, i) => {
    const { perSample, once } = sizes[i]!;
    const stage = stages.findIndex(({ nodes }) => nodes.includes(i));
    const near = once + perSample * (together[stage] ?? 1);
    const flops = 2 * batch * macsOf(graph, node);
    const memory = once / bandwidthFor(allOnce, machine) + (batch * perSample) / bandwidthFor(near, machine);
    return { flops, bytes: once + batch * perSample, compute: flops / machine.flops, memory };
  });
}

/** Multiply-accumulates for one sample that its family counts. */
function macsOf(graph: Graph, { core, inputs, body }: Node): number {
  const types = inputs.map((id) => valueOf(graph, id).type);
  return familyOf(core).macs?.(core as never, types, valueOf(graph, body[0]!.value).type) ?? 0;
}

function bytesOf(index: number, plan: Plan): { readonly perSample: number; readonly once: number } {
  const { graph, derived } = plan;
  const node = graph.nodes[index]!;
  const { core, outputs } = node;
  // It reads and writes the weights and what the optimiser keeps for each, and reads the gradients.
  if (core.family === "update")
    return { perSample: 0, once: 4 * learnedFloats(plan) * (2 * (1 + core.slots.length) + 1) };
  const sizes = [...readsOf(node), ...outputs, ...extraResults(core)].map((id) => {
    // Of a copy of weights its own size: transformed ones are larger.
    const copy = derived.find(({ parameter, nodes }) => parameter === id && nodes.includes(index));
    return copy ? { batched: false, bytes: 4 * copy.size } : sizeOfValue(graph, node, id);
  });
  const total = (batched: boolean): number =>
    sizes.reduce((sum, it) => (it.batched === batched ? sum + it.bytes : sum), 0);
  return { perSample: total(true), once: total(false) };
}

function sizeOfValue(graph: Graph, node: Node, id: ValueId): { readonly batched: boolean; readonly bytes: number } {
  const { type, batched, role } = valueOf(graph, id);
  // Of a table only the rows are read that the tokens name.
  if (node.core.family === "embedding" && role === "parameter")
    return { batched: true, bytes: 4 * sizeOf(valueOf(graph, resultOf(node)).type.shape) };
  return { batched, bytes: (type.dtype === "u8" ? 1 : 4) * sizeOf(type.shape) };
}
