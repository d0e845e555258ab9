import type { Call, Expression } from "../../grammar/index.ts";
import type { Operator } from "../opkit/operator.ts";
import { bindArguments, evaluateAttributes } from "./arguments.ts";
import type { Bound } from "./arguments.ts";
import type { Context } from "./context.ts";
import { needTensor } from "./operands.ts";
import type { Incoming } from "./operands.ts";
import { addLayer } from "./layer.ts";
import { unknown } from "./values.ts";
import type { Tensor } from "./values.ts";
import { resolveWord } from "./words.ts";

/** A use of an operator: as a link it takes `incoming` as its first operand, else all operands are arguments. */
export function checkCall(call: Call, incoming: Incoming | undefined, c: Context): Incoming {
  const operator = resolveWord(call.callee, "operator", c);
  if (operator === undefined) return checkNested(call, c);
  if (incoming === undefined && startsWithNumber(call)) {
    reportNoValue(call, operator, c);
    return checkNested(call, c);
  }
  const written = incoming === undefined ? operator.operands : operator.operands.slice(1);
  const bound = bindArguments(call, written, operator, c);
  if (bound === undefined) return checkNested(call, c);
  const operands = operandsOf(call, incoming, written, operator, bound, c);
  const attributes = evaluateAttributes(operator, bound, c);
  if (operands === undefined || attributes === undefined) return unknown;
  return addLayer({ call, operator, operands, attributes, bound }, c);
}

/** Errors within the arguments do not depend on the one that was found in the call itself. */
function checkNested(call: Call, c: Context): Incoming {
  for (const { value } of call.arguments) if (value.kind === "Chain" || value.kind === "Call") c.evaluate(value);
  return unknown;
}

function operandsOf(
  call: Call,
  incoming: Incoming | undefined,
  written: readonly string[],
  operator: Operator,
  bound: Bound,
  c: Context,
): readonly Tensor[] | undefined {
  const values: Incoming[] = incoming === undefined ? [] : [incoming];
  for (const name of written) {
    const argument = bound.get(name);
    if (argument === undefined) {
      if (values.length === 0) reportNoValue(call, operator, c);
      else c.reporter.add("CNN211", call.callee.span, { operator: operator.name, missing: `a value \`${name}\`` });
      return undefined;
    }
    const first = values.length === 0;
    const place = `the ${first ? "first" : "next"} argument of \`${operator.name}\``;
    values.push(needTensor(argument.value, place, c));
  }
  const tensors = values.flatMap((value) => (value.kind === "tensor" ? [value.tensor] : []));
  return tensors.length === values.length ? tensors : undefined;
}

/** `conv(6, kernel=3)` in place of a value: what stands first is a size, not a value. */
function startsWithNumber(call: Call): boolean {
  const [first] = call.arguments;
  return first !== undefined && (first.name !== undefined || sizeKinds.has(first.value.kind));
}

const sizeKinds: ReadonlySet<Expression["kind"]> = new Set(["Number", "String", "Boolean", "List", "Range"]);

function reportNoValue({ callee }: Call, operator: Operator, { reporter }: Context): void {
  const help = `it gets one from a chain, \`value -> ${operator.name}\`, or as its first argument`;
  reporter.add("CNN228", callee.span, { operator: operator.name }, { help });
}
