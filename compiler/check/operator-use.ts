import type { Call, DiagnosticExtras } from "../../grammar/index.ts";
import type { Operator } from "../opkit/operator.ts";
import { bindArguments, evaluateAttributes } from "./arguments.ts";
import type { Bound } from "./arguments.ts";
import type { Context } from "./context.ts";
import { incomingFirst, passesForWindow, waysToMean } from "./incoming-first.ts";
import { checkNested, reportNoValue, startsWithNumber } from "./nested.ts";
import { needTensor, oneOf, writtenOperands } from "./operands.ts";
import type { Incoming } from "./operands.ts";
import { addLayers } from "./parts.ts";
import { unknown } from "./values.ts";
import type { Flowing, Tensor } from "./values.ts";

/** As a link an operator takes `incoming` as its first operand, else all operands are arguments. */
export function useOperator(call: Call, operator: Operator, incoming: Flowing | undefined, c: Context): Flowing {
  if (incoming === undefined && startsWithNumber(call)) {
    reportNoValue(call, c, valuesInList(call, operator));
    return checkNested(call, c);
  }
  const written = writtenOperands(operator, call, incoming !== undefined);
  const bound = bindArguments(call, written, operator, c);
  if (bound === undefined) return checkNested(call, c);
  const first = incoming && oneOf(incoming, call.callee.span, c);
  const operands = operandsOf(call, first, written, operator, bound, c);
  const mend = operator.parameters && incomingFirst(call, written, operator, operands?.[0]);
  const attributes = evaluateAttributes(operator, bound, c, { channels: operands?.[0]?.type.shape[0], mend });
  if (operands === undefined || attributes === undefined) return unknown;
  const layer = addLayers({ call, operator, operands, attributes, bound, mend }, c);
  if (layer.kind !== "unknown" && mend !== undefined && passesForWindow(attributes))
    c.reporter.add("CNN355", call.span, {}, { help: mend.help, choices: waysToMean(call, written, mend) });
  return layer;
}

/** `concat([a, b])` */
function valuesInList({ arguments: [first, second] }: Call, { operands }: Operator): DiagnosticExtras | undefined {
  if (first?.value.kind !== "List" || second !== undefined || operands.length < 2) return undefined;
  const { file, start, end } = first.value.span;
  const edits = [
    { span: { file, start, end: start + 1 }, text: "" },
    { span: { file, start: end - 1, end }, text: "" },
  ];
  return { help: "its values are arguments, without a list", fix: { title: "remove the brackets", edits } };
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
      if (values.length === 0) reportNoValue(call, c);
      else
        c.reporter.add("CNN211", call.callee.span, { operator: operator.name, missing: missingValue(operator, name) });
      return undefined;
    }
    const first = values.length === 0;
    const place = `the ${first ? "first" : "next"} argument of \`${operator.name}\``;
    values.push(needTensor(argument.value, place, c));
  }
  const tensors = values.flatMap((value) => (value.kind === "tensor" ? [value.tensor] : []));
  return tensors.length === values.length ? tensors : undefined;
}

function missingValue({ operands, variadic }: Operator, name: string): string {
  return variadic ? `at least ${operands.length} values` : `a value \`${name}\``;
}
