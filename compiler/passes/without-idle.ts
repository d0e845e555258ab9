import { e, mapLeaves, valuesOf, type Expression } from "../ir/expression.ts";
import { familyOf } from "../ir/families/index.ts";
import { resultOf, valueOf, type Graph, type Node, type Step, type ValueId } from "../ir/graph.ts";
import { isPlain } from "./rewrite.ts";

/** Nodes that hand on their operand as it is disappear, and two in a row that one core can do become one. */
export function withoutIdle(graph: Graph): Graph {
  /** Results that are no more, and what they were. */
  const same = new Map<ValueId, ValueId>();
  const now = (id: ValueId): ValueId => same.get(id) ?? id;
  const plain = new Map<ValueId, Node>();
  const nodes = graph.nodes.flatMap((given) => {
    const node = same.size === 0 ? given : renamed(given, now);
    if (!isPlain(node)) return [node];
    const joined = joinedTo(plain.get(node.inputs[0]!), node);
    const [x] = joined.inputs;
    if (familyOf(joined.core).idle?.(joined.core as never, valueOf(graph, x!).type.shape)) {
      same.set(resultOf(node), x!);
      return [];
    }
    plain.set(resultOf(node), joined);
    return [joined];
  });
  const results = graph.results.map(({ name, value }) => ({ name, value: now(value) }));
  const watched = graph.watched.map(({ layer, value }) => ({ layer, value: now(value) }));
  return { ...graph, nodes, results, watched };
}

function joinedTo(before: Node | undefined, node: Node): Node {
  const core = before && familyOf(node.core).after?.(node.core as never, before.core);
  return core ? { ...node, core, inputs: before.inputs } : node;
}

function renamed(node: Node, now: (id: ValueId) => ValueId): Node {
  const leaf = (x: Expression): Expression => (x.op === "value" ? e.value(now(x.id)) : x);
  const body = node.body.map(({ value, expression, gradients }): Step => {
    const step = { value, expression: mapLeaves(expression, leaf) };
    if (!gradients) return step;
    const moved: Record<ValueId, Expression> = {};
    for (const [id, gradient] of Object.entries(gradients)) {
      const [own, more] = [now(id), mapLeaves(gradient, leaf)];
      moved[own] = moved[own] ? e.add(moved[own], more) : more;
    }
    return { ...step, gradients: moved };
  });
  const inputs = node.core.family === "map" ? body.flatMap((step) => valuesOf(step.expression)) : node.inputs.map(now);
  return { ...node, inputs, body };
}
