import type { Call } from "../../grammar/index.ts";
import type { Attribute } from "../opkit/attributes.ts";
import { bindArguments } from "./arguments.ts";
import type { Bound } from "./arguments.ts";
import type { Context } from "./context.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import { reportNoValue, startsWithNumber } from "./nested.ts";
import { needValue } from "./operands.ts";
import type { BlockArguments, Evaluated, Flowing } from "./values.ts";

/** Lays the arguments of a use into the block's parameters; without a chain the first one is `in`. */
export function bindBlockArguments(
  call: Call,
  block: DeclaredBlock,
  fromChain: boolean,
  c: Context,
): Bound | undefined {
  const { name, node, usesIn } = block;
  if (fromChain && !usesIn) {
    const notes = node ? [{ span: node.name.span, message: "declared here" }] : [];
    const help = `use it without a chain: \`${name}(…)\``;
    c.reporter.add("CNN232", call.callee.span, { name }, { notes, help });
    return undefined;
  }
  const takesFirst = usesIn && !fromChain;
  if (takesFirst && startsWithNumber(call)) {
    reportNoValue(call, c);
    return undefined;
  }
  const bound = bindArguments(call, takesFirst ? ["in"] : [], signatureOf(block), c);
  if (bound === undefined || !takesFirst || bound.has("in")) return bound;
  reportNoValue(call, c);
  return undefined;
}

/** The values of the arguments, `in` among them; nothing when one is in error. */
export function evaluateBlockArguments(
  block: DeclaredBlock,
  bound: Bound,
  incoming: Flowing | undefined,
  c: Context,
): BlockArguments | undefined {
  const values = new Map<string, Evaluated>();
  if (incoming !== undefined) values.set("in", incoming);
  for (const [name, { value: node }] of bound) {
    const first = `the first argument of \`${block.name}\``;
    values.set(name, name === "in" ? needValue(node, first, c) : c.evaluate(node));
  }
  return [...values.values()].some(({ kind }) => kind === "unknown") ? undefined : values;
}

/** A block's parameters, like the attributes of an operator. */
function signatureOf({ node }: DeclaredBlock): Parameters<typeof bindArguments>[2] {
  const attributes = (node?.parameters ?? []).map(
    ({ name, default: preset }) => [name.name, attribute(preset)] as const,
  );
  return { name: node?.name.name ?? "", attributes: Object.fromEntries(attributes) };
}

function attribute(preset: unknown): Attribute<unknown> {
  const doc = "a parameter of the block";
  const parse: Attribute<unknown>["parse"] = (value) => ({ ok: true, value });
  return { doc, expected: "a number, a list or a value", parse, ...(preset !== undefined && { default: preset }) };
}
