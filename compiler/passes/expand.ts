import { e } from "../ir/expression.ts";
import type { CoreOf, Graph, Node } from "../ir/graph.ts";

/** Replaces nodes that were one for the sake of their gradient by what computes them. */
export function expand(graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => (node.core.family === "batch_norm" ? batchNorm(node, node.core) : [node])),
  };
}

/** The batch's moments, then one map: y = (x - mean)·(γ·inv_std) + β. */
function batchNorm({ inputs, body, outputs, origin }: Node, core: CoreOf<"batch_norm">): Node[] {
  const [x, gamma, beta, ...running] = inputs as [string, string, string, string, string];
  const { mean, invStd, momentum, eps } = core;
  const moments: Node = {
    core: { family: "batch_moments", momentum, eps, invStd },
    inputs: [x, ...running],
    body: [{ value: mean, expression: e.core }],
    outputs: [mean, invStd],
    origin,
  };
  const centred = e.sub(e.value(x), e.value(mean));
  const expression = e.add(e.mul(centred, e.mul(e.value(gamma), e.value(invStd))), e.value(beta));
  const step = body[0]!;
  const map: Node = {
    core: { family: "map" },
    inputs: [x, mean, gamma, invStd, beta],
    body: [{ ...step, expression }],
    outputs: outputs.filter((id) => !moments.outputs.includes(id)),
    origin,
  };
  return [moments, map];
}
