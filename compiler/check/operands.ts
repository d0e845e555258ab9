import type { Expression } from "../../grammar/index.ts";
import { describe } from "./arguments.ts";
import type { Context } from "./context.ts";
import { unknown } from "./values.ts";
import type { Evaluated } from "./values.ts";

/** What comes into a link: a value of the network, or the trace of an error. */
export type Incoming = Extract<Evaluated, { kind: "tensor" | "unknown" }>;

/** The value of an expression that must be one of the network. */
export function needTensor(node: Expression, place: string, c: Context): Incoming {
  const evaluated = c.evaluate(node);
  if (evaluated.kind !== "constant") return evaluated;
  c.reporter.add("CNN312", node.span, { place, found: describe(evaluated) });
  return unknown;
}
