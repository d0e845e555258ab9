import type { Note, Span } from "../../grammar/index.ts";
import type { Constant } from "../opkit/attributes.ts";
import { formatShape } from "../shape/tensor-type.ts";
import type { Shape, TensorType } from "../shape/tensor-type.ts";

/**
 * What an expression of a model stands for. `unknown`: an error was reported for it already, so whatever
 * depends on it keeps silent.
 */
export type Evaluated =
  | { readonly kind: "constant"; readonly value: Constant }
  | { readonly kind: "tensor"; readonly tensor: Tensor }
  | { readonly kind: "unknown" };

/** A value that the network computes. */
export interface Tensor {
  /** The layer or input that computes it. */
  readonly name: string;
  readonly type: TensorType;
  readonly history: History;
}

/** How a shape came about: the step that gave it, and the history of the operand that led there. */
export interface History {
  readonly span: Span;
  /** `conv`, or `image` for an input. */
  readonly word: string;
  readonly type: TensorType;
  readonly before?: History | undefined;
}

export const unknown: Extract<Evaluated, { kind: "unknown" }> = { kind: "unknown" };
export const constantOf = (value: Constant): Evaluated => ({ kind: "constant", value });
export const tensorOf = (tensor: Tensor): Extract<Evaluated, { kind: "tensor" }> => ({ kind: "tensor", tensor });

/** `6×14×14`, but `a vector of 84`: a number alone would not say what it is. */
export function describeShape(shape: Shape): string {
  return shape.length === 1 ? `a vector of ${shape[0]}` : formatShape(shape);
}

const MOST_NOTES = 3;

/** Notes on the last steps at which the shape changed, in the order of the network. */
export function historyNotes(last: History): Note[] {
  const notes: Note[] = [];
  for (let step: History | undefined = last; step !== undefined && notes.length < MOST_NOTES; step = step.before) {
    const { before } = step;
    if (before !== undefined && formatShape(before.type.shape) === formatShape(step.type.shape)) continue;
    notes.unshift({ span: step.span, message: noteText(step) });
  }
  return notes;
}

function noteText({ word, type, before }: History): string {
  const shape = describeShape(type.shape);
  return before === undefined ? `\`${word}\` starts as ${shape}` : `here \`${word}\` makes it ${shape}`;
}
