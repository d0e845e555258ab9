import type { Graph, ValueId } from "../ir/graph.ts";
import { readsOf } from "./rewrite.ts";

/** Indices of nodes, both included. */
export interface Life {
  readonly from: number;
  readonly to: number;
}

/** Of each stored value from the node that computes it to the last that reads it; results live to the end. */
export function livesOf(graph: Graph): ReadonlyMap<ValueId, Life> {
  const lives = new Map<ValueId, Life>();
  const lastRead = new Map<ValueId, number>();
  graph.nodes.forEach((node, i) => readsOf(node).forEach((id) => lastRead.set(id, i)));
  for (const { value } of graph.results) lastRead.set(value, graph.nodes.length);
  graph.nodes.forEach((node, from) =>
    node.outputs.forEach((id) => lives.set(id, { from, to: lastRead.get(id) ?? from })),
  );
  return lives;
}
