import { formatShape, sameShape, type Shape, type TensorType } from "../shape/tensor-type.ts";
import { reads, valuesOf } from "./expression.ts";
import { extraResults, leavesOf, resultOf, valueOf, type Graph, type Node, type Step, type ValueId } from "./graph.ts";

/** Throws when a pass has broken the graph: a use before its definition, a shape that does not fit, a lost result. */
export function verify(graph: Graph): void {
  const defined = new Set<ValueId>(leavesOf(graph));
  for (const node of graph.nodes) {
    const name = resultOf(node);
    const need = (id: ValueId): void => {
      if (!defined.has(id)) throw new Error(`${name} reads ${id} before it is defined`);
    };
    node.inputs.forEach(need);
    if (node.core.family === "update") continue;
    const local = new Set<ValueId>();
    const sections = [node.body, node.tail?.body ?? []];
    for (const body of sections) verifySteps(graph, node, body, (id) => local.has(id) || need(id), local);
    for (const core of [node.core, node.tail?.core]) if (core) extraResults(core).forEach((id) => local.add(id));
    for (const id of node.outputs) {
      if (!local.has(id)) throw new Error(`${name} stores ${id}, which it does not compute`);
      if (defined.has(id)) throw new Error(`${id} is defined twice`);
      defined.add(id);
    }
  }
  for (const id of [...graph.gradients, ...graph.results.map((result) => result.value)])
    if (!defined.has(id)) throw new Error(`the result ${id} is computed nowhere`);
}

function verifySteps(
  graph: Graph,
  node: Node,
  body: readonly Step[],
  need: (id: ValueId) => void,
  local: Set<ValueId>,
): void {
  for (const { value, expression } of body) {
    const { type } = valueOf(graph, value);
    for (const id of valuesOf(expression)) {
      need(id);
      const operand = valueOf(graph, id).type;
      if (!broadcasts(operand, type.shape))
        throw new Error(`${value} is ${formatShape(type.shape)} but reads ${id}, ${formatShape(operand.shape)}`);
    }
    if (reads(expression, "core") && node.core.family === "map") throw new Error(`${value}: a map has no core`);
    if (reads(expression, "gradient")) throw new Error(`${value} still reads a gradient`);
    local.add(value);
  }
}

/** Equal shapes, one number per channel, or one number; of indices of channels, one for each position. */
function broadcasts({ dtype, shape }: TensorType, result: Shape): boolean {
  if (dtype === "tokens" || dtype === "i32") return sameShape(shape, result.slice(1));
  if (sameShape(shape, result) || shape.length === 0) return true;
  return shape.length === 1 && shape[0] === result[0];
}
