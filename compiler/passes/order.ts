import { familyOf } from "../ir/families/index.ts";
import type { Graph, Node, ValueId } from "../ir/graph.ts";
import { readsOf } from "./rewrite.ts";

/**
 * Brings nodes that look at one sample at a time together, before those that mix samples, as far as operands allow:
 * then a sample can go through them all while it is in the cache, and threads meet seldom.
 */
export function order(graph: Graph): Graph {
  const ready = new Set<ValueId>([...graph.inputs, ...graph.targets, ...graph.parameters, ...graph.buffers]);
  const waiting = new Set(graph.nodes);
  const nodes: Node[] = [];
  const takeAll = (across: boolean): boolean => {
    const before = nodes.length;
    for (const node of waiting) {
      if ((familyOf(node.core).acrossBatch ?? false) !== across) continue;
      if (![...readsOf(node)].every((id) => ready.has(id))) continue;
      waiting.delete(node);
      nodes.push(node);
      node.outputs.forEach((id) => ready.add(id));
    }
    return nodes.length > before;
  };
  while (takeAll(false) || takeAll(true));
  return { ...graph, nodes };
}
