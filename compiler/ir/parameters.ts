import { readsScalar } from "./expression.ts";
import { resultOf, type Family, type Graph, type Node, type ValueId } from "./graph.ts";
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

/** Whether an optimiser needs all gradients before it moves anything: it scales them by their common norm. */
export function readsNorm({ body }: Node): boolean {
  return body.some(({ expression }) => readsScalar(expression, "gradient_norm"));
}

/** Which of the optimiser's slots the weights are that it moves, where the parameters are their average; else -1. */
export function weightSlot({ optimizer }: Graph): number {
  return optimizer?.slots.indexOf("weight") ?? -1;
}

const readers: readonly Family[] = ["conv", "conv_data_grad", "conv_max_data_grad", "dense", "embedding"];
const weightGradients: readonly Family[] = [
  ...(["conv_weight_grad", "conv_max_weight_grad", "dense_weight_grad", "embedding_weight_grad"] as const),
];

/** The weights that a node reads, or computes the gradient of, in the order that its kernel wants. */
export function weightsOf(graph: Graph, { core, inputs, outputs }: Node): ValueId | undefined {
  if (readers.includes(core.family)) return inputs[1];
  return weightGradients.includes(core.family) ? parameterOf(graph, outputs[0]!) : undefined;
}
