import { planModel } from "../../compiler/plan-model.ts";
import { parts, type Expression } from "../../compiler/ir/expression.ts";
import type { Graph, Node } from "../../compiler/ir/graph.ts";
import type { Choice, Target } from "../../compiler/ir/plan.ts";
import type { Shape } from "../../compiler/shape/tensor-type.ts";
import type { SampleModel } from "../../compiler/testing/index.ts";

/**
 * The samples whose gradients run something that no sample before them runs: a kernel in a form of its own, or an
 * operation of expressions. All others repeat what these compute.
 */
export function samplesOfNewKernels(samples: readonly SampleModel[], target: Target): readonly SampleModel[] {
  const seen = new Set<string>();
  const bringsNew = ({ operator, model }: SampleModel): boolean => {
    const { gradient } = planModel(model, target, ["gradient"]).plans;
    const { graph, choices } = gradient!;
    const forms = graph.nodes.flatMap((node, i) => [formOf(graph, node, choices[i]!), ...operationsOf(node)]);
    const before = seen.size;
    for (const form of [`operator ${operator}`, ...forms]) seen.add(form);
    return seen.size > before;
  };
  return samples.filter(bringsNew);
}

/** What tells apart how a kernel runs: its tile, whether channels fill vectors, what its window does. */
function formOf(graph: Graph, node: Node, { kernel, lanes, tile, block, parts: sums }: Choice): string {
  const { core, outputs, tail } = node;
  const ragged = outputs.some((id) => channelsOf(graph.values.get(id)!.type.shape) % lanes > 0);
  const traits: unknown[] = [core.family, kernel, lanes, tile, block, sums !== undefined, tail?.core.pooling, ragged];
  if ("window" in core) {
    const { stride, dilation, pad } = core.window;
    traits.push(Math.max(...stride) > 1, Math.max(...dilation) > 1, Math.max(...pad) > 0);
  }
  if ("groups" in core) traits.push(core.groups > 1);
  if ("transposed" in core) traits.push(core.transposed);
  return JSON.stringify(traits);
}

const channelsOf = ([channels = 1]: Shape): number => channels;

function operationsOf({ body, tail }: Node): readonly string[] {
  const walk = (x: Expression): readonly string[] => [x.op, ...parts(x).flatMap(walk)];
  return [...body, ...(tail?.body ?? [])].flatMap(({ expression }) => walk(expression));
}
