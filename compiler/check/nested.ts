import type { Call, Expression } from "../../grammar/index.ts";
import type { Context } from "./context.ts";
import { unknown } from "./values.ts";

/** Errors within the arguments do not depend on the one that was found in the call itself. */
export function checkNested(call: Call, c: Context): typeof unknown {
  for (const { value } of call.arguments) if (value.kind === "Chain" || value.kind === "Call") c.evaluate(value);
  return unknown;
}

/** `conv(6, kernel=3)` in place of a value: what stands first is a size, not a value. */
export function startsWithNumber(call: Call): boolean {
  const [first] = call.arguments;
  return first !== undefined && (first.name !== undefined || sizeKinds.has(first.value.kind));
}

const sizeKinds: ReadonlySet<Expression["kind"]> = new Set(["Number", "String", "Boolean", "List", "Range"]);

export function reportNoValue({ callee }: Call, { reporter }: Context): void {
  const operator = callee.name;
  const help = `it gets one from a chain, \`value -> ${operator}\`, or as its first argument`;
  reporter.add("CNN228", callee.span, { operator }, { help });
}
