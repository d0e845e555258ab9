import type { Call } from "../../grammar/index.ts";
import type { Attribute } from "../opkit/attributes.ts";
import { bindArguments, describe } from "./arguments.ts";
import type { Bound } from "./arguments.ts";
import type { Context } from "./context.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import { exchange } from "./fixes.ts";
import { reportNoValue, startsWithNumber } from "./nested.ts";
import { needValue } from "./operands.ts";
import type { ParameterRole } from "./parameter-roles.ts";
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
  if (reportMisplaced(block, bound, values, c)) return undefined;
  return [...values.values()].some(({ kind }) => kind === "unknown") ? undefined : values;
}

const expectations = { value: "a value of the network", constant: "a number or another constant" } as const;

/** A number where the body needs a value, or the other way round; of two that changed places it is one mistake. */
function reportMisplaced(
  { name, node, roles }: DeclaredBlock,
  bound: Bound,
  values: BlockArguments,
  c: Context,
): boolean {
  const wrong = [...bound.keys()].flatMap((parameter) => {
    const role = roles.get(parameter);
    const misplaced = values.get(parameter)?.kind === (role === "value" ? "constant" : "tensor");
    return role !== undefined && misplaced ? [[parameter, role] as const] : [];
  });
  const [first, second] = wrong;
  if (first === undefined) return false;
  const [argument, role] = [bound.get(first[0])!, first[1]];
  const declared = node!.parameters.find((parameter) => parameter.name.name === first[0])!;
  const notes = [{ span: declared.name.span, message: `\`${first[0]}\` is declared here` }];
  const holes = {
    operator: name,
    name: first[0],
    expected: expectations[role],
    found: describe(values.get(first[0])!),
  };
  const swapped = wrong.length === 2 && first[1] !== second![1] ? bound.get(second![0]) : undefined;
  const fix = swapped && exchange(argument.value, swapped.value);
  c.reporter.add("CNN310", argument.value.span, holes, { notes, fix });
  return true;
}

/** A block's parameters, like the attributes of an operator. */
function signatureOf({ node, roles }: DeclaredBlock): Parameters<typeof bindArguments>[2] {
  const attributes = (node?.parameters ?? []).map(
    ({ name, default: preset }) => [name.name, attribute(preset, roles.get(name.name))] as const,
  );
  return { name: node?.name.name ?? "", attributes: Object.fromEntries(attributes) };
}

function attribute(preset: unknown, role: ParameterRole | undefined): Attribute<unknown> {
  const doc = "a parameter of the block";
  const parse: Attribute<unknown>["parse"] = (value) => ({ ok: true, value });
  const expected = role === undefined ? "a number, a list or a value" : expectations[role];
  return { doc, expected, parse, ...(preset !== undefined && { default: preset }) };
}
