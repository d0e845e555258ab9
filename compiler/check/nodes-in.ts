import type { Node } from "../../grammar/index.ts";

/** A node and all below it, in no order; trees may be taller than the stack is deep. */
export function* nodesIn(node: Node): IterableIterator<Node> {
  const nodes: Node[] = [node];
  for (let next = nodes.pop(); next !== undefined; next = nodes.pop()) {
    yield next;
    nodes.push(...partsOf(next));
  }
}

/** The nodes right below a node. */
export function partsOf(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && "span" in value;
}
