import { familyOf } from "../ir/families/index.ts";
import { leavesOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import { movesOf, readsOf } from "./rewrite.ts";

/**
 * Brings nodes that look at one sample at a time together, before those that mix samples, as far as operands allow:
 * then a sample can go through them all while it is in the cache, and threads meet seldom. What moves a buffer waits for
 * those before it that do. Where little memory is wanted, that comes first.
 */
export function order(graph: Graph): Graph {
  if (graph.memory === "low") return soonest(graph);
  const ready = new Set<ValueId>(leavesOf(graph));
  const waiting = new Set(graph.nodes);
  const nodes: Node[] = [];
  const takeAll = (across: boolean): boolean => {
    const before = nodes.length;
    const unmoved = new Set<ValueId>();
    for (const node of waiting) {
      const moves = movesOf(graph, node);
      const waits = ![...readsOf(node)].every((id) => ready.has(id)) || moves.some((id) => unmoved.has(id));
      if (waits || (familyOf(node.core).acrossBatch ?? false) !== across) {
        for (const id of moves) unmoved.add(id);
        continue;
      }
      waiting.delete(node);
      nodes.push(node);
      node.outputs.forEach((id) => ready.add(id));
    }
    return nodes.length > before;
  };
  while (takeAll(false) || takeAll(true));
  return { ...graph, nodes };
}

/**
 * The order in which least has to be kept: what mixes samples comes as soon as its operands are there, so that they need
 * not wait; all else stays where it is.
 */
function soonest(graph: Graph): Graph {
  const places = new Map<ValueId, number>();
  const placed = graph.nodes.map((node, own) => {
    const needs = [...readsOf(node), ...movesOf(graph, node)].map((id) => places.get(id) ?? -1);
    const sooner = familyOf(node.core).acrossBatch && node.outputs.length > 0;
    const place = sooner ? Math.max(-1, ...needs) : own;
    for (const id of [...node.outputs, ...movesOf(graph, node)]) places.set(id, place);
    return { node, place };
  });
  return { ...graph, nodes: placed.sort((a, b) => a.place - b.place).map(({ node }) => node) };
}
