import { familyOf } from "../ir/families/index.ts";
import { resultOf, valueOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import type { Layout } from "../ir/plan.ts";
import { sameShape } from "../shape/tensor-type.ts";
import { widen, type Image, type Layouts } from "./join-in-place.ts";
import { livesOf, type Life } from "./lives.ts";
import { readsOf } from "./rewrite.ts";

/**
 * Results are written over an operand of their steps that nobody reads afterwards: the sum behind a residual block over what went
 * around it. Its lines are in the cache by then, where those of other memory would be fetched only to be overwritten. Both get the halo that
 * either needs. Values of concatenations stay where these want them.
 */
export function writeOver(graph: Graph, layouts: Layouts): void {
  const lives = livesOf(graph);
  const holders = new Set([...layouts.values()].flatMap((layout) => withinOf(layout) ?? []));
  const isFree = (id: ValueId): boolean => {
    const layout = layouts.get(id);
    return layout?.kind === "image" && !layout.within && !holders.has(id);
  };
  const pairs = graph.nodes.flatMap((node, index) => {
    if (!familyOf(node.core).stepsOnce || node.tail) return [];
    const result = resultOf(node);
    if (!node.outputs.includes(result) || !isFree(result)) return [];
    const over = lastReads(graph, node, index, lives).find(isFree);
    return over === undefined ? [] : [{ result, over }];
  });
  // Along a chain all have the halo of the widest.
  for (const { result, over } of [...pairs].reverse()) copyHalo(layouts, result, over);
  for (const { result, over } of pairs) copyHalo(layouts, over, result);
  for (const { result, over } of pairs) layouts.set(result, { ...(layouts.get(result) as Image), over });
}

const withinOf = (layout: Layout): ValueId | undefined => (layout.kind === "image" ? layout.within?.value : undefined);

/** Values like the node's result that its steps, and no other node from there on, read; its core does not. */
function lastReads(graph: Graph, node: Node, index: number, lives: ReadonlyMap<ValueId, Life>): readonly ValueId[] {
  const { dtype, shape } = valueOf(graph, resultOf(node)).type;
  const isAlike = (id: ValueId): boolean => {
    const { type } = valueOf(graph, id);
    return type.dtype === dtype && sameShape(type.shape, shape);
  };
  return [...readsOf(node)].filter((id) => lives.get(id)?.to === index && !node.inputs.includes(id) && isAlike(id));
}

function copyHalo(layouts: Layouts, from: ValueId, to: ValueId): void {
  const { left, right } = layouts.get(from) as Image;
  widen(layouts, to, left, right);
}
