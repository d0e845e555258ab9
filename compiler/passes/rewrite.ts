import { mapLeaves, valuesOf, type Expression } from "../ir/expression.ts";
import { familyOf } from "../ir/families/index.ts";
import { renameExtraResults, valueOf, type Graph, type Node, type Step, type ValueId } from "../ir/graph.ts";

/** All steps of a node, the tail's included. */
export function stepsOf(node: Node): readonly Step[] {
  return [...node.body, ...(node.tail?.body ?? [])];
}

/** Every value a node reads from others. */
export function readsOf(node: Node): ReadonlySet<ValueId> {
  const own = new Set(stepsOf(node).map((step) => step.value));
  const read = new Set(node.inputs);
  if (node.core.family !== "update")
    for (const step of stepsOf(node)) for (const id of valuesOf(step.expression)) if (!own.has(id)) read.add(id);
  return read;
}

/** The buffers that a node moves. */
export function movesOf(graph: Graph, { core, inputs }: Node): readonly ValueId[] {
  return familyOf(core).movesBuffers ? inputs.filter((id) => valueOf(graph, id).role === "buffer") : [];
}

/** Node indices that read each value. */
export function usersOf(nodes: readonly Node[]): ReadonlyMap<ValueId, readonly number[]> {
  const users = new Map<ValueId, number[]>();
  nodes.forEach((node, i) => {
    for (const id of readsOf(node)) users.set(id, [...(users.get(id) ?? []), i]);
  });
  return users;
}

/** Values that the program is for. */
export function askedOf({ gradients, results, watched }: Graph): Set<ValueId> {
  return new Set([...gradients, ...[...results, ...watched].map(({ value }) => value)]);
}

/** Without nodes that nothing needs. */
export function withoutDead(graph: Graph): Graph {
  const needed = askedOf(graph);
  const kept: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (node.core.family !== "update" && !node.outputs.some((id) => needed.has(id))) continue;
    readsOf(node).forEach((id) => needed.add(id));
    gradientReads(node).forEach((id) => needed.add(id));
    kept.push(node);
  }
  return { ...graph, nodes: kept.reverse() };
}

/** What gradients will read once they are built. */
function gradientReads(node: Node): ValueId[] {
  const own = new Set(node.outputs);
  return stepsOf(node).flatMap((step) =>
    Object.values(step.gradients ?? {}).flatMap((x) => valuesOf(x).filter((id) => !own.has(id))),
  );
}

/** Its kernel alone, without steps. */
export function isPlain({ body, tail }: Node): boolean {
  return body.length === 1 && body[0]!.expression.op === "core" && tail === undefined;
}

/** The node with other names for values, for those that it reads and those that it computes. */
export function renamed(node: Node, now: (id: ValueId) => ValueId): Node {
  const { core, inputs, body, tail, outputs } = node;
  const leaf = (x: Expression): Expression => (x.op === "value" || x.op === "one_hot" ? { ...x, id: now(x.id) } : x);
  const steps = (some: readonly Step[]): readonly Step[] =>
    some.map(({ value, expression }) => ({ value: now(value), expression: mapLeaves(expression, leaf) }));
  if (core.family === "update") return { ...node, inputs: inputs.map(now) };
  return {
    ...node,
    core: renameExtraResults(core, now),
    inputs: inputs.map(now),
    body: steps(body),
    ...(tail && { tail: { core: renameExtraResults(tail.core, now), body: steps(tail.body) } }),
    outputs: outputs.map(now),
  };
}
