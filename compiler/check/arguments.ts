import { didYouMean } from "../../grammar/index.ts";
import type { Argument, Call, DiagnosticExtras, Expression, NumberLiteral } from "../../grammar/index.ts";
import type { Attribute, Constant } from "../opkit/attributes.ts";
import type { Definition } from "../opkit/operator.ts";
import { describeConstant } from "./constants/describe.ts";
import type { Context } from "./context.ts";
import { quantityIn, withoutUnit } from "./quantities.ts";
import { describeShape } from "./values.ts";
import type { Evaluated } from "./values.ts";
import { suggestion } from "./words.ts";

/** Which argument goes where; `undefined` from `bindArguments` means that an error was reported. */
export type Bound = ReadonlyMap<string, Argument>;

/**
 * Lays arguments into slots: first `operands` (by place only), then the definition's attributes, by place or
 * by name. A missing operand is the caller's business, a missing attribute is reported here.
 */
export function bindArguments(
  call: Pick<Call, "arguments" | "callee">,
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
      reporter.add("CNN209", name.span, { operator, name: slot }, suggestion(name, attributes, true));
    else if (bound.has(slot)) {
      const first = bound.get(slot)!;
      const notes = [{ span: first.span, message: `this is \`${slot}\` already` }];
      reporter.add("CNN210", argument.span, { operator, name: slot }, { notes });
    } else bound.set(slot, argument);
  }
  if (reporter.errors > errors) return undefined;
  return reportMissing(call, operands, bound, definition, reporter) ? undefined : bound;
}

function reportMissing(
  { callee }: Pick<Call, "callee">,
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
  reporter.add("CNN211", callee.span, { operator: definition.name, missing: names }, { help });
  return true;
}

function nameHelp(slot: string | undefined): string {
  return slot === undefined ? "put it first" : `put it first, or name it: \`${slot}=…\``;
}

function takes(slots: readonly string[], operands: readonly string[]): string {
  if (slots.length === 0) return "no arguments";
  const what = slots.map((slot) => (operands.includes(slot) ? "a value" : `\`${slot}\``)).join(", ");
  return `${slots.length} argument${slots.length === 1 ? "" : "s"} (${what})`;
}

/** Evaluated attributes with their defaults, or nothing when one of them is in error. */
export function evaluateAttributes(
  definition: Definition,
  bound: Bound,
  c: Context,
): Readonly<Record<string, unknown>> | undefined {
  const values: Record<string, unknown> = {};
  let whole = true;
  for (const [name, attribute] of Object.entries(definition.attributes)) {
    const argument = bound.get(name);
    if (argument === undefined) {
      values[name] = attribute.default;
      continue;
    }
    const parsed = parseAttribute(definition.name, name, attribute, argument.value, c);
    if (parsed === undefined) whole = false;
    else values[name] = parsed.value;
  }
  return whole ? values : undefined;
}

function parseAttribute(
  operator: string,
  name: string,
  attribute: Attribute<unknown>,
  node: Expression,
  c: Context,
): { readonly value: unknown } | undefined {
  const evaluated = wordOf(node, attribute, c) ?? c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  const unit = quantityIn(node, attribute.unit);
  if (unit !== undefined) {
    c.reporter.add("CNN324", unit.span, { name: `${name}\` of \`${operator}`, measure: unit.measure, text: unit.text });
    return undefined;
  }
  const parsed = evaluated.kind === "constant" ? attribute.parse(evaluated.value) : undefined;
  const lack = attribute.unit === undefined ? {} : unitFix(withoutUnit(node), attribute.unit);
  if (parsed?.ok && lack.fix === undefined) return { value: parsed.value };
  const holes = { operator, name, expected: attribute.expected, found: describe(evaluated) };
  c.reporter.add("CNN310", node.span, holes, parsed?.ok ? lack : wordFix(node, attribute));
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

function wordFix(node: Expression, { words }: Attribute<unknown>): DiagnosticExtras {
  if (node.kind !== "Name" || words === undefined) return {};
  const meant = didYouMean(node.name, words);
  if (meant === undefined) return {};
  return { fix: { title: `did you mean \`${meant}\`?`, edits: [{ span: node.span, text: meant }] } };
}

export function describe(evaluated: Evaluated): string {
  if (evaluated.kind === "constant") return describeConstant(evaluated.value as Constant);
  if (evaluated.kind === "outs") return `the outs of \`${evaluated.word}\``;
  return evaluated.kind === "tensor" ? `a value (${describeShape(evaluated.tensor.type.shape)})` : "an error";
}
