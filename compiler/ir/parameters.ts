import { resultOf, type Graph, type Node, type ValueId } from "./graph.ts";
import type { State } from "./plan.ts";

/** The parameter that a value is the gradient of, or one of the parts that `gradient_total` adds up. */
export function parameterOf({ nodes, gradients, parameters }: Graph, id: ValueId): ValueId | undefined {
  const at = gradients.indexOf(id);
  if (at >= 0) return parameters[at];
  const total = nodes.find(({ core, inputs }) => core.family === "gradient_total" && inputs.includes(id));
  return total && parameters[gradients.indexOf(resultOf(total))];
}

/** Floats of the parameter block that are learned: buffers stand behind them. */
export function learnedFloats({ graph, packings, block }: State): number {
  const [buffer] = graph.buffers;
  return buffer === undefined ? block! : packings!.get(buffer)!.offset;
}

/** The weights that a node reads, or computes the gradient of, in packed blocks of outputs. */
export function weightsOf(graph: Graph, { core, inputs, outputs }: Node): ValueId | undefined {
  if (core.family === "conv" || core.family === "dense") return inputs[1];
  if (core.family !== "conv_weight_grad" && core.family !== "dense_weight_grad") return undefined;
  return parameterOf(graph, outputs[0]!);
}
