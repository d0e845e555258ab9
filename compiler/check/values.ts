import type { Note, Span } from "../../grammar/index.ts";
import type { Constant } from "../opkit/attributes.ts";
import { describeShape, formatShape, sizeOf } from "../shape/tensor-type.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import { isChannelsLast } from "./channels-last.ts";

/**
 * What an expression of a model stands for. `outs`: what a block with several outs, or `split`, gives, of which one is taken.
 * `unknown`: an error was reported for it already, so whatever depends on it keeps silent.
 */
export type Evaluated =
  | { readonly kind: "constant"; readonly value: Constant }
  | { readonly kind: "tensor"; readonly tensor: Tensor }
  | { readonly kind: "outs"; readonly word: string; readonly outs: Outs }
  | { readonly kind: "unknown" };

/** What passes along a chain. */
export type Flowing = Exclude<Evaluated, { kind: "constant" }>;

/** The named outs of a use of a block, or the parts that an operator gives. */
export type Outs = ReadonlyMap<string, Flowing>;

/** What the parameters of a block stand for in one use; those without an argument take their defaults. */
export type BlockArguments = ReadonlyMap<string, Evaluated>;

/** A value that the network computes. */
export interface Tensor {
  /** The layer or input that computes it. */
  readonly name: string;
  readonly type: TensorType;
  readonly history: History;
  /** Of a block that has named outs beside its main one. */
  readonly outs?: { readonly word: string; readonly outs: Outs } | undefined;
}

/** A use of a block, within another or in the model. */
export interface BlockUse {
  readonly block: string;
  readonly span: Span;
  readonly outer: BlockUse | undefined;
  readonly depth: number;
}

/** How a shape came about: the step that gave it, and the history of the operand that led there. */
export interface History {
  readonly span: Span;
  /** `conv`, or `image` for an input. */
  readonly word: string;
  readonly type: TensorType;
  readonly before?: History | undefined;
  /** The number, as written, that decides how many channels it has. */
  readonly sized?: Span | undefined;
  /** The use of a block that the step is part of. */
  readonly use?: BlockUse | undefined;
}

export const unknown: Extract<Evaluated, { kind: "unknown" }> = { kind: "unknown" };
export const constantOf = (value: Constant): Evaluated => ({ kind: "constant", value });
export const tensorOf = (tensor: Tensor): Extract<Evaluated, { kind: "tensor" }> => ({ kind: "tensor", tensor });

/** A shape as `describeShape` has it, but `64 tokens` for those. */
export function describeType({ dtype, shape }: TensorType): string {
  return dtype === "tokens" ? `${sizeOf(shape)} tokens` : describeShape(shape);
}

const MOST_NOTES = 3;
/** Of the way to a place within blocks and rounds. */
export const MOST_USES = 4;

/**
 * Notes on the last steps at which the shape changed, in the order of the network. Steps within blocks say how they
 * were reached, but for the blocks that the report itself is within (`here`).
 */
export function historyNotes(last: History, here?: BlockUse): Note[] {
  return notesOn(changesOf(last), "", here);
}

/** The same for the operands of one layer; of two that have a beginning in common, from where they part. */
export function operandNotes(operands: readonly Tensor[], here?: BlockUse): Note[] {
  const [first, second, third] = operands.map(({ history }) => history);
  if (first === undefined || second === undefined || third !== undefined)
    return operands.flatMap(({ history }) => historyNotes(history, here));
  const parting = partingOf(first, second);
  const ofBoth = [
    ...notesOn(changesOf(first, parting), "on the first side, ", here),
    ...notesOn(changesOf(second, parting), "on the second side, ", here),
  ];
  if (parting === undefined) return ofBoth;
  const message = `\`${parting.word}\` gives ${describeShape(parting.type.shape)}; from here the two sides go apart`;
  return [{ span: parting.span, message }, ...useNotes(parting.use, common(parting.use, here)), ...ofBoth];
}

/** The last step that two values have in common. */
function partingOf(first: History, second: History): History | undefined {
  const steps = new Set<History>();
  for (let step: History | undefined = first; step !== undefined; step = step.before) steps.add(step);
  for (let step: History | undefined = second; step !== undefined; step = step.before) if (steps.has(step)) return step;
  return undefined;
}

/** The last steps at which the shape changed, behind a step that is known already. */
function changesOf(last: History, known?: History): History[] {
  const steps: History[] = [];
  for (
    let step: History | undefined = last;
    step !== undefined && step !== known && steps.length < MOST_NOTES;
    step = step.before
  ) {
    const { before } = step;
    if (before !== undefined && formatShape(before.type.shape) === formatShape(step.type.shape)) continue;
    steps.unshift(step);
  }
  return steps;
}

function notesOn(steps: readonly History[], side: string, here: BlockUse | undefined): Note[] {
  return steps.flatMap((step, i) => {
    const note = { span: step.span, message: `${side}${noteText(step)}` };
    return [note, ...useNotes(step.use, common(step.use, here) ?? common(step.use, steps[i + 1]?.use))];
  });
}

/** How a place within blocks is reached, from the inside out, up to a use that is known already. */
export function useNotes(use: BlockUse | undefined, known?: BlockUse): Note[] {
  const notes: Note[] = [];
  for (let next = use; next !== undefined && next !== known && notes.length < MOST_USES; next = next.outer)
    notes.push({ span: next.span, message: `in block \`${next.block}\`, used here` });
  return notes;
}

/** The innermost use that two places are both within. */
function common(a: BlockUse | undefined, b: BlockUse | undefined): BlockUse | undefined {
  let [one, two] = [a, b];
  while (one !== two) {
    if (one === undefined || two === undefined) return undefined;
    if (one.depth >= two.depth) one = one.outer;
    else two = two.outer;
  }
  return one;
}

function noteText({ word, type, before }: History): string {
  const shape = describeType(type);
  if (before !== undefined) return `here \`${word}\` makes it ${shape}`;
  const [channels, height, width] = type.shape;
  const reading = isChannelsLast(type.shape) ? `, that is ${channels} channels of ${height}×${width}` : "";
  return `\`${word}\` starts as ${shape}${reading}`;
}
