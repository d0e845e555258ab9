import type { Call } from "../../../grammar/index.ts";
import type { Constant } from "../../opkit/attributes.ts";
import type { Context } from "../context.ts";
import { constantOf, unknown } from "../values.ts";
import type { Evaluated } from "../values.ts";
import { describeConstant, isList } from "./describe.ts";

interface ConstantFunction {
  readonly expected: string;
  readonly accepts: (count: number) => boolean;
  readonly apply: (numbers: readonly number[]) => number;
}

const several = { expected: "one number or more", accepts: (count: number) => count >= 1 };
const single = { expected: "one number", accepts: (count: number) => count === 1 };
const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b));
const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b));

const functions: ReadonlyMap<string, ConstantFunction> = new Map([
  ["min", { ...several, apply: least }],
  ["max", { ...several, apply: largest }],
  ["floor", { ...single, apply: ([x = 0]) => Math.floor(x) }],
  ["ceil", { ...single, apply: ([x = 0]) => Math.ceil(x) }],
]);

export const functionNames: readonly string[] = [...functions.keys()];

/** `min`, `max`, `floor`, `ceil` of numbers, or nothing when the word is none of them. */
export function evaluateFunction(call: Call, c: Context): Evaluated | undefined {
  const found = functions.get(call.callee.name);
  if (found === undefined) return undefined;
  const values: Constant[] = [];
  for (const { name, value } of call.arguments) {
    if (name !== undefined) return fail(`the name ${name.name}`);
    const evaluated = c.evaluate(value);
    if (evaluated.kind === "unknown") return unknown;
    if (evaluated.kind !== "constant") return fail("a value of the network");
    values.push(evaluated.value);
  }
  const [first] = values;
  const items = values.length === 1 && first !== undefined && isList(first) ? first : values;
  c.evaluation.spend(items.length / 10, call.span, c.reporter);
  const wrong = items.find((item) => typeof item !== "number");
  if (wrong !== undefined) return fail(describeConstant(wrong));
  if (!found.accepts(items.length)) return fail(String(items.length));
  return constantOf(found.apply(items as readonly number[]));

  function fail(what: string): Evaluated {
    const { callee, span } = call;
    c.reporter.add("CNN326", span, { function: callee.name, expected: found!.expected, found: what });
    return unknown;
  }
}
