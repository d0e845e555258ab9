import { planModel } from "../../compiler/plan-model.ts";
import { parts, type Expression } from "../../compiler/ir/expression.ts";
import type { Graph, Node } from "../../compiler/ir/graph.ts";
import type { Choice, Target } from "../../compiler/ir/plan.ts";
import type { Shape } from "../../compiler/shape/tensor-type.ts";
import type { SampleModel } from "../../compiler/testing/index.ts";

/**
 * Few samples that run, in inference and gradients, everything that all samples run: each kernel in each of its forms, each
 * operation of expressions, each operator. All others repeat what these compute. Next comes the one that runs most that is
 * missing for its nodes (a greedy set cover, Chvátal 1979).
 */
export function samplesOfAllKernels(samples: readonly SampleModel[], target: Target): readonly SampleModel[] {
  const candidates = samples.map((sample) => ({ sample, ...usesOf(sample, target) }));
  const missing = new Set(candidates.flatMap(({ forms }) => forms));
  const chosen = new Set<SampleModel>();
  while (missing.size > 0) {
    const gain = ({ forms, nodes }: (typeof candidates)[number]): number =>
      forms.filter((form) => missing.has(form)).length / nodes;
    const best = candidates.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    chosen.add(best.sample);
    for (const form of best.forms) missing.delete(form);
  }
  return samples.filter((sample) => chosen.has(sample));
}

/** What a sample runs, and in how many nodes: that is about how long it compiles. */
function usesOf(
  { operator, model }: SampleModel,
  target: Target,
): { readonly forms: readonly string[]; readonly nodes: number } {
  const { infer, gradient } = planModel(model, target, ["infer", "gradient"]).plans;
  const uses = [infer!, gradient!].flatMap(({ graph, choices }) =>
    graph.nodes.map((node, i) => [formOf(graph, node, choices[i]!), ...operationsOf(node)]),
  );
  return { forms: [...new Set([`operator ${operator}`, ...uses.flat()])], nodes: uses.length + 1 };
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
