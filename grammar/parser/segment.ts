import type { IToken } from "chevrotain";

/** What a stretch of tokens is, told by its first words. */
export type SegmentKind =
  | "version"
  | "import"
  | "model"
  | "block"
  | "let"
  | "limit"
  | "out"
  | "shared"
  | "input"
  | "output"
  | "train"
  | "budget"
  | "augment"
  | "unknown";

/** A declaration or statement before it is parsed. Brackets within `tokens` match unless it is `broken`. */
export interface Segment {
  readonly kind: SegmentKind;
  /** Without the braces of its body and what is in them. */
  readonly tokens: IToken[];
  /** The statements between its braces; models, blocks, `train` and `budget` have them. */
  body?: Segment[];
  /** Where it ends, its closing brace included. */
  end: number;
  /** The first token after `tokens`, if any. */
  next?: IToken | undefined;
  /** An error within it was already reported; what is left of it cannot be parsed. */
  broken: boolean;
}

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}
