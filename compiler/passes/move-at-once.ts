import { valueOf, type Graph, type ValueId } from "../ir/graph.ts";
import { parameterOf, readsNorm } from "../ir/parameters.ts";
import { sizeOf } from "../shape/tensor-type.ts";
import { readsOf } from "./rewrite.ts";

/** Elements from which a gradient is worth not being stored: 4 MiB, more than caches keep until the optimiser reads it. */
const fewest = 2 ** 20;

/**
 * The dense layers whose weights move while their gradients are in registers, so that these are neither stored nor read. It takes an
 * optimiser that moves each parameter by its own gradient alone, as soon as nothing else reads the weights.
 */
export function movedAtOnce(graph: Graph): ReadonlySet<number> {
  const update = graph.nodes.find(({ core }) => core.family === "update");
  if (update?.core.family !== "update" || update.core.parts !== undefined || readsNorm(update)) return new Set();
  const moved = graph.nodes.flatMap(({ core, outputs: [gradient] }, index) => {
    if (core.family !== "dense_weight_grad" || !graph.gradients.includes(gradient!)) return [];
    const weights = parameterOf(graph, gradient!)!;
    const isLarge = sizeOf(valueOf(graph, weights).type.shape) >= fewest;
    const later = graph.nodes.slice(index + 1).filter((node) => node !== update);
    return isLarge && !later.some((node) => reads(node, weights) || reads(node, gradient!)) ? [index] : [];
  });
  return new Set(moved);
}

const reads = (node: Graph["nodes"][number], id: ValueId): boolean => readsOf(node).has(id);
