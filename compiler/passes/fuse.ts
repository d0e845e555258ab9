import { mapLeaves, valuesOf, type Expression } from "../ir/expression.ts";
import { familyOf } from "../ir/families/index.ts";
import {
  resultOf,
  valueOf,
  type Core,
  type CoreOf,
  type Graph,
  type Node,
  type Origin,
  type Step,
  type ValueId,
} from "../ir/graph.ts";
import { extentOf, sameShape } from "../shape/tensor-type.ts";
import type { State } from "../ir/plan.ts";
import { askedOf, readsOf, stepsOf, usersOf } from "./rewrite.ts";
import { macsOf, ownStageFrom } from "./work.ts";

/**
 * The rows that a fused pooling keeps between convolution and window must stay small: a stack buffer of this many floats, for
 * at most so many channels at a time.
 */
const bandLimit = 48 * 1024;
const bandChannels = 80;

/**
 * Joins what can be done while a result is still in registers: pointwise steps move into the node that computes
 * their operand, and a pooling moves behind a convolution where the target has its rows. What nobody else reads is then never
 * stored.
 */
export function fuse(state: State): State {
  const { graph, target } = state;
  const nodes: (Node | undefined)[] = [...graph.nodes];
  const position = new Map<ValueId, number>();
  for (const [at, node] of graph.nodes.entries()) {
    node.outputs.forEach((id) => position.set(id, at));
    // The operand computed last: every other one is there already when it is.
    const producerAt = Math.max(-1, ...[...readsOf(node)].map((id) => position.get(id) ?? -1));
    const producer = nodes[producerAt];
    const joined =
      producer && (joinMap(graph, producer, node) ?? (target.pools ? joinPool(graph, producer, node) : undefined));
    if (!joined) continue;
    nodes[producerAt] = joined;
    nodes[at] = undefined;
    joined.outputs.forEach((id) => position.set(id, producerAt));
  }
  const fused = nodes.filter((node) => node !== undefined).map(inlined);
  return { ...state, graph: storeWhatIsRead({ ...graph, nodes: fused }) };
}

/** A map behind the node that computes its operand, in the same order of elements. */
function joinMap(graph: Graph, producer: Node, map: Node): Node | undefined {
  if (map.core.family !== "map" || !familyOf(producer.core).epilogue) return undefined;
  const result = resultOf(producer);
  const sameElements = sameShape(valueOf(graph, result).type.shape, valueOf(graph, resultOf(map)).type.shape);
  if (!sameElements || !readsOf(map).has(result) || readsAcross(producer, map, result)) return undefined;
  if (!valueOf(graph, resultOf(map)).batched || !valueOf(graph, result).batched) return undefined;
  const outputs = [...producer.outputs, ...map.outputs];
  const origin = joinOrigins(producer.origin, map.origin);
  const inputs = producer.core.family === "map" ? [...new Set([...producer.inputs, ...map.inputs])] : producer.inputs;
  if (!producer.tail)
    return { ...producer, inputs: withoutOwn(inputs, outputs), body: [...producer.body, ...map.body], outputs, origin };
  return { ...producer, tail: { ...producer.tail, body: [...producer.tail.body, ...map.body] }, outputs, origin };
}

/** Behind a tail only the pooled values are at hand, at other positions than the steps before it. */
function readsAcross(producer: Node, map: Node, result: ValueId): boolean {
  const inner = new Set(producer.tail ? producer.body.map((step) => step.value) : []);
  return [...readsOf(map)].some((id) => id !== result && inner.has(id));
}

/** `conv(6, kernel=5)` and `tanh` become `conv(6, kernel=5) -> tanh`. */
function joinOrigins(first: Origin, second: Origin): Origin {
  return first.text.includes(second.text) ? first : { ...first, text: `${first.text} -> ${second.text}` };
}

function withoutOwn(inputs: readonly ValueId[], own: readonly ValueId[]): readonly ValueId[] {
  return inputs.filter((id) => !own.includes(id));
}

function joinPool(graph: Graph, producer: Node, pool: Node): Node | undefined {
  const { core } = pool;
  if (core.family !== "pool" || producer.tail || pool.inputs[0] !== resultOf(producer)) return undefined;
  if (!familyOf(producer.core).poolable?.(producer.core as never)) return undefined;
  const { channels, height, width } = extentOf(valueOf(graph, pool.inputs[0]).type.shape);
  const band = core.window.kernel[0] * width * Math.min(channels + 15, bandChannels);
  if (band > bandLimit) return undefined;
  // One pixel would be one unit of work, of a kernel that has a choice of faster ones without it.
  const pooled = extentOf(valueOf(graph, resultOf(pool)).type.shape);
  if (pooled.height * pooled.width === 1 && height * width > 1) return undefined;
  // Rows that two windows share are computed for each band that has one of them.
  const overlaps = core.window.kernel[0] > core.window.stride[0];
  if (overlaps && macsOf(graph, producer) >= ownStageFrom) return undefined;
  const origin = joinOrigins(producer.origin, pool.origin);
  return { ...producer, tail: { core, body: pool.body }, outputs: [...producer.outputs, ...pool.outputs], origin };
}

/** Steps that only pass a value on (`product = core`) are written into the steps that read them. */
function inlined(node: Node): Node {
  if (node.core.family === "update") return node;
  const reduce = (body: readonly Step[]): readonly Step[] => {
    const known = new Map<ValueId, Expression>();
    const open = (leaf: Expression): Expression => (leaf.op === "value" ? (known.get(leaf.id) ?? leaf) : leaf);
    return body.map(({ value, expression }) => {
      const opened = mapLeaves(expression, open);
      if (opened.op === "core" || (opened.op === "value" && node.core.family === "map")) known.set(value, opened);
      return { value, expression: opened };
    });
  };
  return {
    ...node,
    body: reduce(node.body),
    ...(node.tail && { tail: { ...node.tail, body: reduce(node.tail.body) } }),
  };
}

/** Outputs become what others (or the caller) read, and steps that nothing reads are dropped. */
export function storeWhatIsRead(graph: Graph): Graph {
  const users = usersOf(graph.nodes);
  const asked = askedOf(graph);
  const nodes = graph.nodes.map((node, i) => {
    const needed = (id: ValueId): boolean => asked.has(id) || (users.get(id) ?? []).some((user) => user !== i);
    const last = new Set([node.body.at(-1)?.value, node.tail?.body.at(-1)?.value]);
    const used = new Set(stepsOf(node).flatMap((step) => valuesOf(step.expression)));
    const keep = (step: Step): boolean => needed(step.value) || last.has(step.value) || used.has(step.value);
    if (node.core.family === "update") return node;
    const { core, tail } = node;
    return {
      ...node,
      core: withoutIdle(core, needed),
      outputs: node.outputs.filter(needed),
      body: node.body.filter(keep),
      ...(tail && { tail: { core: withoutIdleIndex(tail.core, needed), body: tail.body.filter(keep) } }),
    };
  });
  return { ...graph, nodes: nodes.filter(({ core, outputs }) => outputs.length > 0 || core.family === "update") };
}

/** What nothing differentiates need not keep for its gradient which tap was largest, or the scale of a norm. */
function withoutIdle(core: Core, needed: (id: ValueId) => boolean): Core {
  if (core.family === "pool") return withoutIdleIndex(core, needed);
  if (core.family !== "group_norm" && core.family !== "channel_norm") return core;
  const { scale, ...bare } = core;
  return scale !== undefined && needed(scale) ? core : bare;
}

function withoutIdleIndex({ index, ...core }: CoreOf<"pool">, needed: (id: ValueId) => boolean): CoreOf<"pool"> {
  return index !== undefined && needed(index) ? { ...core, index } : core;
}
