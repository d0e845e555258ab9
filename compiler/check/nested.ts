import type { Call, DiagnosticExtras, Expression } from "../../grammar/index.ts";
import type { Context } from "./context.ts";
import { insertBefore } from "./fixes.ts";
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

export function reportNoValue({ callee }: Call, c: Context, mend?: DiagnosticExtras): void {
  const operator = callee.name;
  const last = lastValue(c);
  const help = `it gets one from a chain, \`${last ?? "value"} -> ${operator}\`, or as its first argument`;
  const fix =
    last === undefined
      ? undefined
      : { title: `start with \`${last}\``, edits: [insertBefore(callee.span, `${last} -> `)] };
  c.reporter.add("CNN228", callee.span, { operator }, mend ?? { help, fix });
}

/** The value that was defined last: what a layer without a chain most likely goes on from. */
function lastValue({ scope }: Context): string | undefined {
  return [...scope.values()].findLast((name) => {
    const binding = scope.get(name);
    return binding !== undefined && "value" in binding && binding.value.kind === "tensor";
  });
}
