import type { Call, Expression, Span } from "../../grammar/index.ts";
import { operandName } from "../opkit/operator.ts";
import type { Operator } from "../opkit/operator.ts";
import { describe } from "./arguments.ts";
import type { Context, ModelContext } from "./context.ts";
import { unknown } from "./values.ts";
import type { Evaluated, Flowing } from "./values.ts";
import { listOuts } from "./words.ts";

/** What comes into an operator: a value of the network, or the trace of an error. */
export type Incoming = Extract<Evaluated, { kind: "tensor" | "unknown" }>;

/**
 * The operands that a call writes as arguments: behind the one that a chain brings, or all. Those of a variadic
 * operator are as many as there are arguments by place.
 */
export function writtenOperands(operator: Operator, call: Call, fromChain: boolean): readonly string[] {
  const first = fromChain ? 1 : 0;
  const declared = operator.operands.length - first;
  const byPlace = call.arguments.filter(({ name }) => name === undefined).length;
  const count = operator.variadic ? Math.max(declared, byPlace) : declared;
  return Array.from({ length: count }, (_, i) => operandName(operator, first + i));
}

/** The value of an expression that must be one of the network: not a constant, and one, not several outs. */
export function needTensor(node: Expression, place: string, c: Context): Incoming {
  return oneOf(needValue(node, place, c), node.span, c);
}

/** The same, or several outs. */
export function needValue(node: Expression, place: string, c: Context): Flowing {
  const evaluated = c.evaluate(node);
  if (evaluated.kind !== "constant") return evaluated;
  c.reporter.add("CNN312", node.span, { place, found: describe(evaluated) });
  return unknown;
}

/** One value of the network; several outs, of which none was taken, are an error. */
export function oneOf(value: Flowing, place: Span, c: ModelContext): Incoming {
  if (value.kind !== "outs") return value;
  const outs = [...value.outs.keys()];
  const help = `give the result a name, then take an out of it: \`x.${outs[0]}\``;
  c.reporter.add("CNN237", place, { word: value.word, outs: listOuts(outs) }, { help });
  return unknown;
}
