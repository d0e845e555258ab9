import { resultOf, valueOf, type Graph, type Node, type ValueId } from "../ir/graph.ts";
import type { Choice, Layout } from "../ir/plan.ts";
import { livesOf, type Life } from "./lives.ts";
import { isPlain } from "./rewrite.ts";
import { extentOf } from "../shape/tensor-type.ts";

export type Image = Extract<Layout, { kind: "image" }>;
export type Layouts = Map<ValueId, Layout>;

/** What a node is computed by that has nothing left to do. */
export const inPlace = "in_place";

/**
 * Operands of a concatenation are written where the result has their channels, instead of being copied there: they lie within it,
 * pixel by pixel as far apart as its own, with the same halo; and so on through concatenations of concatenations. What does not fit is
 * copied: operands that another result already holds, that a caller gives, whose vectors would reach into a neighbour's
 * channels, or that wait so long for each other that the room kept for all would cost more memory than copies. Returns the choices, where such a node has none of its own any more.
 */
export function joinInPlace(graph: Graph, choices: readonly Choice[], layouts: Layouts): readonly Choice[] {
  const made = new Map(graph.nodes.flatMap(({ outputs }, i) => outputs.map((id) => [id, channelsAtOnce(choices[i]!)])));
  const lives = livesOf(graph);
  const held = new Set<ValueId>();
  const joined = new Map<Node, readonly number[]>();
  for (const node of graph.nodes) {
    if (node.core.family !== "concat" || node.inputs.some((id) => held.has(id))) continue;
    const starts = startsWithin(graph, node, layouts, made);
    if (!starts || !savesMemory(node, layouts, lives)) continue;
    joined.set(node, starts);
    node.inputs.forEach((id) => held.add(id));
  }
  // The halo of a result, and of what holds it, is the widest of all that lie within.
  for (const node of joined.keys())
    for (const id of node.inputs) {
      const { left, right } = layouts.get(id) as Image;
      widen(layouts, resultOf(node), left, right);
    }
  for (const [node, starts] of [...joined].reverse()) {
    const whole = layouts.get(resultOf(node)) as Image;
    node.inputs.forEach((id, i) =>
      layouts.set(id, { ...whole, within: { value: resultOf(node), channel: starts[i]! } }),
    );
  }
  return choices.map((choice, i) =>
    joined.has(graph.nodes[i]!)
      ? { ...choice, kernel: inPlace, reason: "its operands are written where it lies" }
      : choice,
  );
}

/** The channels at which the operands of a concatenation begin, where each can be written there. */
function startsWithin(
  graph: Graph,
  node: Node,
  layouts: Layouts,
  made: ReadonlyMap<ValueId, number>,
): readonly number[] | undefined {
  const { inputs, outputs } = node;
  if (!isPlain(node) || new Set(inputs).size < inputs.length) return undefined;
  const whole = layouts.get(outputs[0]!);
  if (whole?.kind !== "image") return undefined;
  const starts: number[] = [];
  let start = 0;
  for (const id of inputs) {
    const lanes = made.get(id);
    const { type } = valueOf(graph, id);
    const { channels } = extentOf(type.shape);
    if (lanes === undefined || layouts.get(id)?.kind !== "image") return undefined;
    const written = Math.ceil(channels / lanes) * lanes;
    const next = start + channels;
    const room = id === inputs.at(-1) ? whole.pixel : next;
    if (start + written > room) return undefined;
    starts.push(start);
    start = next;
  }
  return starts;
}

const channelsAtOnce = ({ lanes, columns }: Choice): number => (columns ? 1 : lanes);

/** Whether the result, kept from its first operand on, takes no more memory than all of them one by one: channels × nodes. */
function savesMemory({ inputs, outputs }: Node, layouts: Layouts, lives: ReadonlyMap<ValueId, Life>): boolean {
  const cost = (id: ValueId, { from, to }: Life): number => (layouts.get(id) as Image).pixel * (to - from + 1);
  const all = [...inputs, ...outputs];
  const apart = all.reduce((sum, id) => sum + cost(id, lives.get(id)!), 0);
  const from = Math.min(...all.map((id) => lives.get(id)!.from));
  const to = Math.max(...all.map((id) => lives.get(id)!.to));
  return cost(outputs[0]!, { from, to }) <= apart;
}

/** A wider halo where a kernel, or what lies within, needs it. */
export function widen(layouts: Layouts, id: ValueId, left: number, right: number): void {
  const layout = layouts.get(id);
  if (layout?.kind !== "image") return;
  layouts.set(id, { ...layout, left: Math.max(layout.left, left), right: Math.max(layout.right, right) });
}
