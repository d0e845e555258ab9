import type { Call, DiagnosticExtras, Edit, Span } from "../../grammar/index.ts";
import { operandName } from "../opkit/operator.ts";
import type { Mend, Operator, ShapeContext } from "../opkit/operator.ts";
import { formatShape, sizeOf } from "../shape/tensor-type.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import { spreadOverAxes, type WrittenUse } from "./axes.ts";
import type { Context } from "./context.ts";
import { insertBefore, insertBehind } from "./fixes.ts";
import { MOST_LAYERS } from "./layer-list.ts";
import type { NewLayer, Owner } from "./layer-list.ts";
import { formatCount, MOST_ELEMENTS } from "./limits.ts";
import type { Incoming } from "./operands.ts";
import { operandNotes, tensorOf, unknown, useNotes } from "./values.ts";
import type { History, Tensor } from "./values.ts";
import { Stopped } from "./reporter.ts";

export interface OperatorUse extends WrittenUse {
  /** Of an operator with several results: which of them. */
  readonly part?: number;
  /** Of a `shared` layer: the call that declares it and the start of its parameters' names. */
  readonly shared?: { readonly call: Call; readonly home: string } | undefined;
  /** How the whole call was most likely meant, should it be wrong. */
  readonly mend?: DiagnosticExtras | undefined;
}

/** Asks the operator for the shape and adds the layer. */
export function addLayer(written: OperatorUse, c: Context): Incoming {
  const { call, operator, operands, part, shared } = written;
  const attributes = spreadOverAxes(written, c);
  if (attributes === undefined) return unknown;
  const use = { ...written, attributes };
  const type = shapeOf(use, c);
  if (type === undefined || exceedsLimits(use, type, c)) return unknown;
  const segment = c.segments.get(call) ?? operator.name;
  const name = `${layerName(c.owner, segment, c.index)}${part === undefined ? "" : `.part${part}`}`;
  const home = shared?.home ?? layerName(c.ownerHome, segment, c.index);
  const specs = operator.parameters?.({
    operands: operands.map((operand) => operand.type),
    attributes: attributes as never,
  });
  const layer: NewLayer = {
    name,
    operator,
    attributes,
    operands: operands.map((operand) => operand.name),
    part: part ?? 0,
    type,
    parameters: (specs ?? []).map((spec) => ({ name: `${home}.${spec.name}`, spec })),
    enclosure: c.enclosure,
    span: call.span,
    use: c.use,
  };
  const clash = c.layers.add(layer, shared?.call ?? call);
  if (clash !== undefined) {
    // A name that clashes within its statement has no segment and was reported with it.
    if (c.segments.has(call)) reportClash(clash.name, clash.owner, layer, shared?.call ?? call, c);
    return unknown;
  }
  const history = {
    span: call.span,
    word: operator.name,
    type,
    before: operands[0]?.history,
    use: c.use,
    ...sizedBy(use),
  };
  return tensorOf({ name, type, history });
}

function sizedBy({ bound }: OperatorUse): Pick<History, "sized"> {
  const value = (bound.get("units") ?? bound.get("channels"))?.value;
  return value?.kind === "Number" ? { sized: value.span } : {};
}

/** `features.conv1`, `features.conv1.0` in a `repeat`. */
export function layerName(owner: string, segment: string, index: string): string {
  return `${owner === "" ? "" : `${owner}.`}${segment}${index}`;
}

/** A name that is taken: by another use of the same shared layer with other shapes, or by another layer. */
function reportClash(name: string, owner: Owner, { parameters, span }: NewLayer, call: Call, c: Context): void {
  const shape = parameters.find((parameter) => parameter.name === name)?.spec.shape;
  const before = useNotes(owner.use);
  if (owner.call === call && shape !== undefined && owner.shape !== undefined) {
    const notes = [{ span: owner.span, message: `here it is ${formatShape(owner.shape)}` }, ...before];
    const holes = { name, shape: formatShape(shape), first: formatShape(owner.shape) };
    c.reporter.add("CNN330", span, holes, { notes });
  } else {
    const notes = [{ span: owner.span, message: `\`${name}\` is of this layer` }, ...before];
    c.reporter.add("CNN215", span, { name }, { notes, help: "`as` gives a layer another name" });
  }
}

/** Thrown by `fail`: an operator's rule stops at its first error. */
class ShapeFailure extends Error {}

function shapeOf(use: OperatorUse, c: Context): TensorType | undefined {
  const { call, operator, operands, attributes, bound, part = 0 } = use;
  const report: ShapeContext<{}>["warn"] = (code, holes, at, mend) => {
    const notes = operandNotes(concerned(operator, operands, at), c.use);
    c.reporter.add(code, placeOf(at), holes as never, { notes, ...(use.mend ?? mendOf(mend, at, use)) });
  };
  try {
    return operator.shape({
      operands: operands.map(({ type }) => type),
      attributes: attributes as never,
      part,
      fail: (code, holes, at, mend) => {
        report(code, holes, at, mend);
        throw new ShapeFailure();
      },
      warn: (code, holes, at, mend) => report(code, holes, at, mend && { ...mend, changes: true }),
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

/** An operator's advice, as edits of the source: before the link, behind the argument, or in place of one. */
function mendOf(mend: Mend | undefined, at: string | undefined, use: OperatorUse): DiagnosticExtras {
  if (mend === undefined) return {};
  const { bound } = use;
  const call = use.shared?.call ?? use.call;
  const { help, before, write = [] } = mend;
  const argument = at === undefined ? undefined : bound.get(at);
  const fixes = write.map(({ title, text }) => ({
    title,
    edits: [settingOf(call, mend.argument ?? at!, text, bound)],
  }));
  if (before !== undefined) {
    const edit = argument ? insertBehind(argument.span, ` -> ${before}`) : insertBefore(use.call.span, `${before} -> `);
    fixes.push({ title: `put \`${before}\` in front`, edits: [edit] });
  }
  return fixes.length > 1 || mend.changes ? { help, choices: fixes } : { help, fix: fixes[0] };
}

/** `pad=1`, in place of what is given or behind the last argument. */
function settingOf({ arguments: all, callee }: Call, name: string, text: string, bound: OperatorUse["bound"]): Edit {
  const given = bound.get(name);
  if (given !== undefined) return { span: given.value.span, text };
  const last = all.at(-1);
  return last ? insertBehind(last.span, `, ${name}=${text}`) : insertBehind(callee.span, `(${name}=${text})`);
}

/** Whose shapes a report explains: of more than two operands, the first and the one that is blamed (else the last). */
function concerned(operator: Operator, operands: readonly Tensor[], at?: string): readonly Tensor[] {
  if (operands.length <= 2) return operands;
  const blamed = operands.find((_, i) => operandName(operator, i) === at) ?? operands.at(-1)!;
  return blamed === operands[0] ? [blamed] : [operands[0]!, blamed];
}

function exceedsLimits({ call, operator, operands }: OperatorUse, type: TensorType, c: Context): boolean {
  const count = sizeOf(type.shape);
  if (count >= MOST_ELEMENTS) {
    const notes = operandNotes(concerned(operator, operands), c.use);
    const holes = {
      what: `the result of \`${operator.name}\``,
      count: formatCount(count),
      limit: formatCount(MOST_ELEMENTS - 1),
    };
    c.reporter.add("CNN405", call.span, holes, { notes });
    return true;
  }
  if (!c.layers.full) return false;
  c.reporter.add("CNN407", call.span, { limit: formatCount(MOST_LAYERS) });
  throw new Stopped();
}
