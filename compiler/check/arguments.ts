import { textOf } from "../../grammar/index.ts";
import type { Argument, DiagnosticExtras, Expression, Fix, NumberLiteral } from "../../grammar/index.ts";
import type { Attribute, Constant } from "../opkit/attributes.ts";
import type { Definition } from "../opkit/operator.ts";
import { describeShape } from "../shape/tensor-type.ts";
import { unknownArgument, wrongConstant } from "./argument-advice.ts";
import { describeConstant } from "./constants/describe.ts";
import type { Context } from "./context.ts";
import { replacement, withoutArgument } from "./fixes.ts";
import type { Written } from "./fixes.ts";
import { quantityIn, withoutUnit } from "./quantities.ts";
import type { Evaluated } from "./values.ts";

/** Which argument goes where; `undefined` from `bindArguments` means that an error was reported. */
export type Bound = ReadonlyMap<string, Argument>;

/**
 * Lays arguments into slots: first `operands` (by place only), then the definition's attributes, by place or
 * by name. A missing operand is the caller's business, a missing attribute is reported here.
 */
export function bindArguments(
  call: Written,
  operands: readonly string[],
  definition: Pick<Definition, "name" | "attributes">,
  { reporter }: Context,
): Bound | undefined {
  const operator = definition.name;
  const attributes = Object.keys(definition.attributes);
  const slots = [...operands, ...attributes];
  const bound = new Map<string, Argument>();
  const errors = reporter.errors;
  let behindNamed = false;
  let place = 0;
  for (const argument of call.arguments) {
    const { name } = argument;
    if (name === undefined && behindNamed) {
      reporter.add("CNN212", argument.span, {}, { help: nameHelp(attributes[place - operands.length]) });
      place++;
      continue;
    }
    behindNamed ||= name !== undefined;
    const slot = name?.name ?? slots[place++];
    if (slot === undefined) reporter.add("CNN213", argument.span, { operator, takes: takes(slots, operands) });
    else if (name !== undefined && !attributes.includes(slot))
      reporter.add("CNN209", name.span, { operator, name: slot }, unknownArgument(argument, call, attributes));
    else if (bound.has(slot)) {
      const first = bound.get(slot)!;
      const notes = [{ span: first.span, message: `this is \`${slot}\` already` }];
      const fix = { title: "remove it", edits: [withoutArgument(argument, call)] };
      reporter.add("CNN210", argument.span, { operator, name: slot }, { notes, fix });
    } else bound.set(slot, argument);
  }
  if (reporter.errors > errors) return undefined;
  return reportMissing(call, operands, bound, definition, reporter) ? undefined : bound;
}

function reportMissing(
  call: Written,
  operands: readonly string[],
  bound: Bound,
  definition: Pick<Definition, "name" | "attributes">,
  reporter: Context["reporter"],
): boolean {
  // Without its value the argument in the operand's place would be taken for missing.
  if (operands.some((operand) => !bound.has(operand))) return false;
  const missing = Object.entries(definition.attributes).filter(
    ([name, attribute]) => !("default" in attribute && attribute.default !== undefined) && !bound.has(name),
  );
  if (missing.length === 0) return false;
  const names = missing.map(([name]) => `\`${name}\``).join(" and ");
  const help = missing.map(([name, { doc, expected }]) => `\`${name}\`: ${doc} (${expected})`).join("\n");
  const choices = missing.length === 1 ? wordsFor(missing[0]![1], call) : undefined;
  reporter.add("CNN211", call.callee.span, { operator: definition.name, missing: names }, { help, choices });
  return true;
}

/** One of a few words that must be given, where nothing else is: the words to choose from. */
function wordsFor({ words = [] }: Attribute<unknown>, { arguments: given, callee, span }: Written): Fix[] | undefined {
  if (words.length === 0 || given.length > 0) return undefined;
  const place = { ...callee.span, start: callee.span.end, end: Math.max(callee.span.end, span?.end ?? 0) };
  const isBare = /^\s*(\(\s*\))?$/.test(textOf(place));
  return isBare ? words.map((word) => replacement(place, `(${word})`, `write \`${callee.name}(${word})\``)) : undefined;
}

function nameHelp(slot: string | undefined): string {
  return slot === undefined ? "put it first" : `put it first, or name it: \`${slot}=…\``;
}

function takes(slots: readonly string[], operands: readonly string[]): string {
  if (slots.length === 0) return "no arguments";
  const what = slots.map((slot) => (operands.includes(slot) ? "a value" : `\`${slot}\``)).join(", ");
  return `${slots.length} argument${slots.length === 1 ? "" : "s"} (${what})`;
}

/** What is known of a use beside its arguments: the channels that come in, and what mends all of it. */
export interface Use {
  readonly channels?: number | undefined;
  readonly mend?: DiagnosticExtras | undefined;
}

/** Evaluated attributes with their defaults, or nothing when one of them is in error. */
export function evaluateAttributes(
  definition: Definition,
  bound: Bound,
  c: Context,
  use: Use = {},
): Readonly<Record<string, unknown>> | undefined {
  const values: Record<string, unknown> = {};
  let whole = true;
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    const argument = bound.get(name);
    if (argument === undefined) {
      values[name] = attribute.default;
      continue;
    }
    const parsed = parseAttribute({ operator: definition.name, name }, attribute, argument.value, use, c);
    if (parsed === undefined) whole = false;
    else values[name] = parsed.value;
  }
  return whole ? values : undefined;
}

function parseAttribute(
  { operator, name }: { readonly operator: string; readonly name: string },
  attribute: Attribute<unknown>,
  node: Expression,
  { channels, mend }: Use,
  c: Context,
): { readonly value: unknown } | undefined {
  const evaluated = wordOf(node, attribute, c) ?? c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  const unit = quantityIn(node, attribute.unit);
  if (unit !== undefined) {
    const fix =
      attribute.unit === undefined ? replacement(unit.span, unit.text.slice(0, -unit.unit.length)) : undefined;
    const about = { name: `${name}\` of \`${operator}`, measure: unit.measure, text: unit.text };
    c.reporter.add("CNN324", unit.span, about, { fix });
    return undefined;
  }
  const { bare } = attribute;
  const isBare = bare !== undefined && quantityIn(node) === undefined;
  const parse = isBare ? (x: Constant) => (typeof x === "number" ? bare(x) : attribute.parse(x)) : attribute.parse;
  const parsed = evaluated.kind === "constant" ? parse(evaluated.value) : undefined;
  const lack = attribute.unit === undefined || isBare ? {} : unitFix(withoutUnit(node), attribute.unit);
  if (parsed?.ok && lack.fix === undefined) return { value: parsed.value };
  const holes = { operator, name, expected: attribute.expected, found: describe(evaluated) };
  const constant = evaluated.kind === "constant" ? evaluated.value : undefined;
  c.reporter.add(
    "CNN310",
    node.span,
    holes,
    parsed?.ok ? lack : (mend ?? wrongConstant(node, constant, attribute, channels)),
  );
  return undefined;
}

function unitFix(bare: readonly NumberLiteral[], unit: string): DiagnosticExtras {
  if (bare.length === 0) return {};
  const edits = bare.map(({ span, value }) => ({ span, text: `${value}${unit}` }));
  return { fix: { title: `write ${edits.map(({ text }) => `\`${text}\``).join(" and ")}`, edits } };
}

/** A bare word is a word of the attribute first, and a name of the model second. */
function wordOf(node: Expression, { words }: Attribute<unknown>, { scope }: Context): Evaluated | undefined {
  if (node.kind !== "Name" || words === undefined) return undefined;
  const isWord =
    words.includes(node.name) || (scope.get(node.name) === undefined && scope.later(node.name) === undefined);
  return isWord ? { kind: "constant", value: { kind: "word", value: node.name } } : undefined;
}

export function describe(evaluated: Evaluated): string {
  if (evaluated.kind === "constant") return describeConstant(evaluated.value as Constant);
  if (evaluated.kind === "outs") return `the outs of \`${evaluated.word}\``;
  return evaluated.kind === "tensor" ? `a value (${describeShape(evaluated.tensor.type.shape)})` : "an error";
}
