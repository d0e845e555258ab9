import type { Expression } from "../../ir/expression.ts";
import type { Node } from "../../ir/graph.ts";
import type { Context } from "../cpp/context.ts";

/** The optimiser. */
export function printUpdate(node: Node, c: Context, rate: Expression): readonly string[] {
  (void node, c, rate);
  return [];
}
