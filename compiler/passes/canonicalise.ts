import { e, mapLeaves, reads, valuesOf, type Expression } from "../ir/expression.ts";
import { familyOf } from "../ir/families/index.ts";
import { isMonotone } from "../ir/monotone.ts";
import {
  resultOf,
  valueOf,
  type Core,
  type Graph,
  type Node,
  type Step,
  type Value,
  type ValueId,
} from "../ir/graph.ts";
import { sameShape } from "../shape/tensor-type.ts";
import { usersOf, withoutDead } from "./rewrite.ts";
import { withoutIdle } from "./without-idle.ts";

/**
 * One form for what can be written in several ways: what hands on its operand as it is disappears,
 * a reshape moves behind pointwise maps and disappears in front of a kernel that reads numbers in order, and a
 * monotone map moves behind a maximum, where it has fewer elements to touch: max(f(a), f(b)) = f(max(a, b)).
 */
export function canonicalise(graph: Graph): Graph {
  return preparedFirst(
    withoutDead(mapsBehindMaxima(withoutReshapes(withoutIdle(reshapesBehindMaps(withoutIdle(graph)))))),
  );
}

/**
 * map(reshape(x)) → reshape(map(x)): a dense layer sees the same operand whether or not there is a dropout between
 * it and `flatten`, so that prediction and training keep weights in the same order.
 */
function reshapesBehindMaps(given: Graph): Graph {
  let graph = given;
  const values = new Map(graph.values);
  const reshapes = new Map<ValueId, Node>();
  const nodes = graph.nodes.flatMap((node) => {
    if (node.core.family === "reshape" && node.body.length === 1) reshapes.set(resultOf(node), node);
    const pair = unreshaped({ ...graph, values }, node, reshapes);
    if (!pair) return [node];
    const [map, reshape] = pair;
    const result = valueOf(graph, resultOf(node));
    const { shape } = valueOf({ values }, reshapes.get(node.inputs[0]!)!.inputs[0]!).type;
    values.set(resultOf(map), { ...result, id: resultOf(map), type: { ...result.type, shape } });
    reshapes.set(result.id, reshape);
    graph = watching(graph, result.id, resultOf(map));
    return [map, reshape];
  });
  return { ...graph, nodes, values };
}

/** The map over what stood before the reshape, and the reshape of its result; undefined where they cannot change places. */
function unreshaped(graph: Graph, map: Node, reshapes: ReadonlyMap<ValueId, Node>): readonly [Node, Node] | undefined {
  const reshape = reshapes.get(map.inputs[0]!);
  const [step] = map.body;
  if (map.core.family !== "map" || map.inputs.length !== 1 || map.body.length !== 1 || !reshape) return undefined;
  // One constant per channel would meet other elements.
  if (reads(step!.expression, "table")) return undefined;
  const [flat, x, result] = [map.inputs[0]!, reshape.inputs[0]!, resultOf(map)];
  if (sameShape(valueOf(graph, x).type.shape, valueOf(graph, flat).type.shape)) return undefined;
  const moved = `${result}.unflattened`;
  const rename = (leaf: Expression): Expression =>
    leaf.op !== "value" ? leaf : { op: "value", id: leaf.id === flat ? x : leaf.id === result ? moved : leaf.id };
  const gradients = Object.fromEntries(
    Object.entries(step!.gradients ?? {}).map(([id, g]) => [id === flat ? x : id, mapLeaves(g, rename)]),
  );
  const expression = mapLeaves(step!.expression, rename);
  const first: Node = {
    ...map,
    inputs: [x],
    body: [{ value: moved, expression, ...(step!.gradients && { gradients }) }],
    outputs: [moved],
  };
  return [
    first,
    { ...reshape, core: reshapeTo(graph, result), inputs: [moved], body: coreAs(result), outputs: [result] },
  ];
}

function reshapeTo(graph: Graph, result: ValueId): Core {
  return { family: "reshape", shape: valueOf(graph, result).type.shape };
}

const coreAs = (value: ValueId): readonly Step[] => [{ value, expression: e.core }];

/**
 * A kernel that reads numbers in order takes what stood before a reshape, if all uses of its weights find one order
 * there. Uses that this program does not need count too, so that all programs decide alike.
 */
function withoutReshapes(graph: Graph): Graph {
  const source = new Map<ValueId, ValueId>();
  const before = (id: ValueId): ValueId => source.get(id) ?? id;
  for (const node of graph.nodes)
    if (node.core.family === "reshape") source.set(resultOf(node), before(node.inputs[0]!));
  const orders = new Map<ValueId | undefined, Set<string>>();
  for (const { core, inputs } of graph.nodes) {
    if (!familyOf(core).readsFlat) continue;
    const order = valueOf(graph, before(inputs[0]!)).type.shape.join();
    orders.set(inputs[1], (orders.get(inputs[1]) ?? new Set()).add(order));
  }
  const nodes = graph.nodes.map((node) => {
    const [x, weights] = node.inputs;
    if (!familyOf(node.core).readsFlat || orders.get(weights)!.size > 1) return node;
    return { ...node, inputs: [before(x!), ...node.inputs.slice(1)] };
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
  return { ...watching(graph, mapped!, result), nodes, values: new Map(graph.values).set(largest, value) };
}

/** A unit that fires shows behind the move what it showed before: some element above 0. */
function watching(graph: Graph, before: ValueId, after: ValueId): Graph {
  const watched = graph.watched.map(({ layer, value }) => ({ layer, value: value === before ? after : value }));
  return { ...graph, watched };
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

/** What depends on parameters alone comes first: it is computed when they change, and is there for all that follows. */
function preparedFirst(graph: Graph): Graph {
  const once = (node: Node): boolean => node.core.family === "map" && !valueOf(graph, resultOf(node)).batched;
  return { ...graph, nodes: [...graph.nodes.filter(once), ...graph.nodes.filter((node) => !once(node))] };
}
