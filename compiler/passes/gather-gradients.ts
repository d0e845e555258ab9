import { resultOf, valueOf, type CoreOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import type { CpuTarget, State } from "../ir/plan.ts";
import { extentOf, type Extent } from "../shape/tensor-type.ts";
import { slide, type Window } from "../shape/window.ts";
import { maxDataGradient, maxWeightGradient, pays } from "./choose-max-gradients.ts";
import { isPlain, withoutDead } from "./rewrite.ts";

/**
 * Gradients of a convolution whose results a maximum pools read the pooled gradient, and the index that tells where each of its numbers
 * belongs, where that takes fewer cycles than the zeros between them (`choose-max-gradients.ts`). What nobody reads in full is then never
 * written. On processors; a CUDA device has products for tensor cores instead.
 */
export function gatherGradients(state: State): State {
  const { graph, target } = state;
  if (target.device === "cuda") return state;
  const spread = new Map<ValueId, Spread>();
  const nodes = graph.nodes.map((node) => {
    const { core, inputs } = node;
    if (core.family === "pool_grad" && core.pooling === "max" && isPlain(node))
      spread.set(resultOf(node), { core, inputs });
    return gathered(graph, node, spread, target) ?? node;
  });
  return spread.size === 0 ? state : { ...state, graph: withoutDead({ ...graph, nodes }) };
}

/** What spreads a pooled gradient. */
interface Spread {
  readonly core: CoreOf<"pool_grad">;
  /** The gradient and the index. */
  readonly inputs: readonly ValueId[];
}

function gathered(graph: Graph, node: Node, spread: ReadonlyMap<ValueId, Spread>, target: CpuTarget): Node | undefined {
  const { core, inputs } = node;
  if ((core.family !== "conv_data_grad" && core.family !== "conv_weight_grad") || core.groups > 1) return undefined;
  const isData = core.family === "conv_data_grad";
  const dy = inputs[isData ? 0 : 1]!;
  const from = spread.get(dy);
  if (!from) return undefined;
  const [pooled, index] = from.inputs as [ValueId, ValueId];
  const extent = (id: ValueId): Extent => extentOf(valueOf(graph, id).type.shape);
  const x = extent(isData ? resultOf(node) : inputs[0]!);
  if (!isResultOf(x, core.window, extent(dy))) return undefined;
  const { window } = core;
  const windows = { window, pooled: from.core.window };
  if (isData) {
    const own = { family: "conv_max_data_grad", ...windows } as const;
    const next = { ...node, core: own, inputs: [pooled, inputs[1]!, index] };
    return pays(maxDataGradient(next, own, extent(pooled), x, target)) ? next : undefined;
  }
  const own = { family: "conv_max_weight_grad", ...windows } as const;
  const next = { ...node, core: own, inputs: [inputs[0]!, pooled, index] };
  return pays(maxWeightGradient(next, own, x, extent(pooled), target)) ? next : undefined;
}

/** Whether y has the size that the window gives x: where it has a stride, gradients may be of pictures with a remainder. */
function isResultOf(x: Extent, window: Window, y: Extent): boolean {
  const { height, width } = slide(x, window);
  return height === y.height && width === y.width;
}
