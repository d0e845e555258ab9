import type { Argument, Call, Fix } from "../../grammar/index.ts";
import type { Axes, Constant } from "../opkit/attributes.ts";
import type { Operator } from "../opkit/operator.ts";
import { formatShape } from "../shape/tensor-type.ts";
import { describeConstant, formatNumber } from "./constants/describe.ts";
import type { Context } from "./context.ts";
import { replacement } from "./fixes.ts";
import { operandNotes, type Tensor } from "./values.ts";

/** An operator and what it is used on. */
export interface WrittenUse {
  /** The call that names the layer. */
  readonly call: Call;
  readonly operator: Operator;
  readonly operands: readonly Tensor[];
  /** As written. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly bound: ReadonlyMap<string, Argument>;
}

/**
 * The attributes of a use as its operator sees them: with a number for each axis of its first operand where they are
 * written shorter. Nothing when a list does not fit the operand.
 */
export function spreadOverAxes(use: WrittenUse, c: Context): Readonly<Record<string, unknown>> | undefined {
  const { operator, operands, attributes } = use;
  const { shape } = operands[0]!.type;
  // What is neither sequence nor picture is refused by the operator itself.
  const axes: Axes = shape.length === 2 ? 1 : 2;
  const values: Record<string, unknown> = {};
  let whole = true;
  for (const [name, written] of Object.entries(attributes)) {
    const spread = operator.attributes[name]?.forAxes?.(written, axes) ?? { ok: true, value: written };
    if (spread.ok) values[name] = spread.value;
    else {
      whole = false;
      reportMisfit(use, name, spread.expected, c);
    }
  }
  return whole ? values : undefined;
}

function reportMisfit(
  { call, operator, operands, attributes, bound }: WrittenUse,
  name: string,
  expected: string,
  c: Context,
): void {
  const { shape } = operands[0]!.type;
  const holes = {
    operator: operator.name,
    name,
    expected,
    what: `${shape.length === 2 ? "the sequence" : "the picture"} ${formatShape(shape)}`,
    found: describeConstant(attributes[name] as Constant),
  };
  const argument = bound.get(name);
  const fix = argument && oneForAll(argument, attributes[name] as Constant);
  c.reporter.add("CNN336", (argument ?? call.callee).span, holes, { notes: operandNotes(operands, c.use), fix });
}

/** A list of equal numbers is that number: it stands for every axis. */
function oneForAll({ value: { span } }: Argument, written: Constant): Fix | undefined {
  const [first, ...others] = Array.isArray(written) ? (written as readonly Constant[]) : [];
  if (typeof first !== "number" || others.some((item) => item !== first)) return undefined;
  return replacement(span, formatNumber(first));
}
