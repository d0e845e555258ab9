import { familyOf } from "../ir/families/index.ts";
import { valueOf, type Graph, type Node } from "../ir/graph.ts";
import type { Plan } from "../ir/plan.ts";
import { sizeOf } from "../shape/tensor-type.ts";

/** Multiply-accumulates of one sample above which a node is a stage of its own, whose samples are cut further. */
export const ownStageFrom = 4e6;

/** Multiply-accumulates for one sample; elements where a family counts none. */
export function macsOf(graph: Graph, { core, inputs, body }: Node): number {
  const result = valueOf(graph, body[0]!.value).type;
  const types = inputs.map((id) => valueOf(graph, id).type);
  return familyOf(core).macs?.(core as never, types, result) ?? sizeOf(result.shape);
}

/** Multiply-accumulates for one sample of what a plan computes a second time; families that count none left aside. */
export function repeatedMacs({ graph, repeated }: Pick<Plan, "graph" | "repeated">): number {
  const again = new Set(repeated);
  const nodes = graph.nodes.filter(({ core, outputs }) => familyOf(core).macs && outputs.some((id) => again.has(id)));
  return nodes.reduce((sum, node) => sum + macsOf(graph, node), 0);
}
