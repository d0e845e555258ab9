import { isMonotone, mapLeaves, valuesOf, type Expression } from "../ir/expression.ts";
import { familyOf } from "../ir/families/index.ts";
import { resultOf, valueOf, type Graph, type Node, type Step, type Value, type ValueId } from "../ir/graph.ts";
import { sameShape } from "../shape/tensor-type.ts";
import { usersOf, withoutDead } from "./rewrite.ts";

/**
 * One form for what can be written in several ways:
 * a reshape in front of a kernel that reads numbers in order disappears, and a monotone map moves behind a maximum,
 * where it has fewer elements to touch: max(f(a), f(b)) = f(max(a, b)).
 */
export function canonicalise(graph: Graph): Graph {
  return withoutDead(mapsBehindMaxima(withoutReshapes(graph)));
}

function withoutReshapes(graph: Graph): Graph {
  const source = new Map<ValueId, ValueId>();
  const nodes = graph.nodes.map((node) => {
    if (node.core.family === "reshape") source.set(resultOf(node), source.get(node.inputs[0]!) ?? node.inputs[0]!);
    if (!familyOf(node.core).readsFlat) return node;
    return { ...node, inputs: node.inputs.map((id, i) => (i === 0 ? (source.get(id) ?? id) : id)) };
  });
  return { ...graph, nodes };
}

function mapsBehindMaxima(graph: Graph): Graph {
  for (let moved = true; moved;) {
    moved = false;
    for (const [at, pool] of graph.nodes.entries()) {
      const next = exchange(graph, pool, at);
      if (!next) continue;
      graph = next;
      moved = true;
      break;
    }
  }
  return graph;
}

/** pool(map(x)) → map(pool(x)), where `pool` takes maxima and is the map's only reader. */
function exchange(graph: Graph, pool: Node, at: number): Graph | undefined {
  if (pool.core.family !== "pool" || pool.core.pooling !== "max") return undefined;
  const [mapped] = pool.inputs;
  const before = graph.nodes.findIndex((node) => node.core.family === "map" && resultOf(node) === mapped);
  const map = graph.nodes[before];
  const step = map?.body[0];
  if (!map || !step || map.body.length > 1 || usersOf(graph.nodes).get(mapped!)?.length !== 1) return undefined;
  if (graph.results.some((result) => result.value === mapped)) return undefined;
  const x = movingOperand(graph, step);
  if (x === undefined) return undefined;

  const result = resultOf(pool);
  const largest = `${result}.largest`;
  const value: Value = { ...valueOf(graph, result), id: largest };
  const rename = (leaf: Expression): Expression =>
    leaf.op !== "value" ? leaf : { op: "value", id: leaf.id === x ? largest : leaf.id === mapped ? result : leaf.id };
  const pooled: Node = {
    ...pool,
    inputs: [x],
    body: [{ ...pool.body[0]!, value: largest }],
    outputs: pool.outputs.map((id) => (id === result ? largest : id)),
  };
  const gradients = Object.fromEntries(
    Object.entries(step.gradients ?? {}).map(([id, g]) => [id === x ? largest : id, mapLeaves(g, rename)]),
  );
  const expression = mapLeaves(step.expression, rename);
  const finished: Node = {
    ...map,
    inputs: valuesOf(expression),
    body: [{ value: result, expression, ...(step.gradients && { gradients }) }],
    outputs: [result],
  };
  const nodes = graph.nodes.flatMap((node, i) => (i === before ? [] : i === at ? [pooled, finished] : [node]));
  return { ...graph, nodes, values: new Map(graph.values).set(largest, value) };
}

/** The one operand of full shape in which the step is monotone, if all others are per channel or single. */
function movingOperand(graph: Graph, step: Step): ValueId | undefined {
  const { shape } = valueOf(graph, step.value).type;
  const full = valuesOf(step.expression).filter((id) => {
    const value = valueOf(graph, id);
    return value.batched || sameShape(value.type.shape, shape);
  });
  const [x] = full;
  if (x === undefined || full.length > 1 || !sameShape(valueOf(graph, x).type.shape, shape)) return undefined;
  if (valueOf(graph, x).role !== "computed") return undefined;
  return isMonotone(step.expression, (leaf) => leaf.op === "value" && leaf.id === x) ? x : undefined;
}
