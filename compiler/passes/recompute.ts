import { extraResults, valueOf, type Node, type Value, type ValueId } from "../ir/graph.ts";
import type { State } from "../ir/plan.ts";
import { chooseCheckpoints } from "./choose-checkpoints.ts";
import { storeWhatIsRead } from "./fuse.ts";
import { renamed, stepsOf } from "./rewrite.ts";
import { tapeOf } from "./tape.ts";

/**
 * Where a step is to take little memory: keeps few values of the way there for the gradients, and computes the others a second
 * time where the first gradient needs them. A second time means the same kernel, operands and random
 * numbers, so all results are the same to the bit; what mixes samples, or moves running values, is never repeated.
 */
export function recompute(state: State): State {
  const { graph, target } = state;
  if (graph.memory !== "low") return { ...state, repeated: [] };
  const tape = tapeOf(graph, target.device === "cpu");
  const { dropped, run } = chooseCheckpoints(tape);
  const ids = new Set(tape.values.flatMap(({ id }, value) => (dropped[value] ? [id] : [])));
  const values = new Map(graph.values);
  const second = secondNames(
    run.again.map((node) => graph.nodes[node]!),
    values,
  );
  const nodes = run.order.map((place) => {
    const node = graph.nodes[place < 0 ? -1 - place : place]!;
    if (place < 0) return again(node, ids, second);
    return place < tape.turn ? node : renamed(node, (id) => (ids.has(id) ? second.get(id)! : id));
  });
  const repeating = storeWhatIsRead({ ...graph, values, nodes });
  const names = new Set(second.values());
  const repeated = repeating.nodes.flatMap(({ outputs }) => outputs.filter((id) => names.has(id)));
  return { ...state, graph: repeating, repeated };
}

/** The names of what nodes compute a second time, which become values. */
function secondNames(nodes: readonly Node[], values: Map<ValueId, Value>): ReadonlyMap<ValueId, ValueId> {
  const names = new Map<ValueId, ValueId>();
  for (const id of nodes.flatMap(ownValues)) {
    let name = `${id}.again`;
    for (let n = 2; values.has(name); n++) name = `${id}.again${n}`;
    values.set(name, { ...valueOf({ values }, id), id: name });
    names.set(id, name);
  }
  return names;
}

function ownValues(node: Node): readonly ValueId[] {
  const extra = [node.core, ...(node.tail ? [node.tail.core] : [])].flatMap(extraResults);
  return [...stepsOf(node).map(({ value }) => value), ...extra];
}

/** The node a second time: what it reads may be there a second time too. */
function again(node: Node, dropped: ReadonlySet<ValueId>, second: ReadonlyMap<ValueId, ValueId>): Node {
  const own = new Set(ownValues(node));
  const copy = renamed(node, (id) => (own.has(id) || dropped.has(id) ? second.get(id)! : id));
  return { ...copy, origin: { ...node.origin, text: `again: ${node.origin.text}` } };
}
