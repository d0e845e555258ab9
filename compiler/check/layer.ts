import type { Call, Span } from "../../grammar/index.ts";
import type { OperatorDiagnostics } from "../opkit/diagnostics.ts";
import type { Operator } from "../opkit/operator.ts";
import { sizeOf } from "../shape/tensor-type.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import type { Bound } from "./arguments.ts";
import type { Context } from "./context.ts";
import { MOST_LAYERS } from "./layer-list.ts";
import { formatCount, MOST_ELEMENTS } from "./limits.ts";
import type { Incoming } from "./operands.ts";
import { historyNotes, tensorOf, unknown } from "./values.ts";
import type { Tensor } from "./values.ts";

export interface OperatorUse {
  readonly call: Call;
  readonly operator: Operator;
  readonly operands: readonly Tensor[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly bound: Bound;
}

/** Asks the operator for the shape and adds the layer. */
export function addLayer(use: OperatorUse, c: Context): Incoming {
  const { call, operator, operands, attributes } = use;
  const type = shapeOf(use, c);
  if (type === undefined || exceedsLimits(use, type, c)) return unknown;
  const name = `${c.owner}.${c.segments.get(call) ?? operator.name}`;
  const specs = operator.parameters?.({
    operands: operands.map((operand) => operand.type),
    attributes: attributes as never,
  });
  const parameters = (specs ?? []).map((spec) => ({ name: `${name}.${spec.name}`, spec }));
  c.layers.add({
    name,
    operator,
    attributes,
    operands: operands.map((operand) => operand.name),
    type,
    parameters,
    span: call.span,
  });
  const history = { span: call.span, word: operator.name, type, before: operands[0]?.history };
  return tensorOf({ name, type, history });
}

function helpFor(code: keyof OperatorDiagnostics, operands: readonly Tensor[]): string | undefined {
  if (code !== "CNN308" || operands.every(({ type }) => type.dtype !== "u8")) return undefined;
  return "`normalize(mean=[…], std=[…])` turns bytes into numbers";
}

/** Thrown by `fail`: an operator's rule stops at its first error. */
class ShapeFailure extends Error {}

function shapeOf({ call, operator, operands, attributes, bound }: OperatorUse, c: Context): TensorType | undefined {
  const notes = operands.flatMap(({ history }) => historyNotes(history));
  const report = <C extends keyof OperatorDiagnostics>(code: C, holes: OperatorDiagnostics[C], at?: string): void =>
    c.reporter.add(code, placeOf(at), holes as never, { notes, help: helpFor(code, operands) });
  try {
    return operator.shape({
      operands: operands.map(({ type }) => type),
      attributes: attributes as never,
      fail: (code, holes, at) => {
        report(code, holes, at);
        throw new ShapeFailure();
      },
      warn: report,
    });
  } catch (error) {
    if (error instanceof ShapeFailure) return undefined;
    throw error;
  }

  /** The argument that an operator blames; an operand that came through the chain is blamed on the word. */
  function placeOf(at: string | undefined): Span {
    return (at === undefined ? undefined : bound.get(at)?.span) ?? call.callee.span;
  }
}

function exceedsLimits(
  { call, operator, operands }: OperatorUse,
  type: TensorType,
  { reporter, layers }: Context,
): boolean {
  const count = sizeOf(type.shape);
  if (count >= MOST_ELEMENTS) {
    const notes = operands.flatMap(({ history }) => historyNotes(history));
    const holes = {
      what: `the result of \`${operator.name}\``,
      count: formatCount(count),
      limit: formatCount(MOST_ELEMENTS - 1),
    };
    reporter.add("CNN405", call.span, holes, { notes });
    return true;
  }
  if (!layers.full) return false;
  if (!layers.overflowed) reporter.add("CNN407", call.span, { limit: formatCount(MOST_LAYERS) });
  layers.overflowed = true;
  return true;
}
