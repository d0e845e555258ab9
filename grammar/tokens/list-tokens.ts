import { Report } from "../source/report.ts";
import type { SourceFile } from "../source/source-file.ts";
import { tokenize } from "./tokenize.ts";

/** A token as tools show it; `start` is its offset in the text. */
export interface ListedToken {
  readonly kind: string;
  readonly text: string;
  readonly start: number;
}

/** The tokens of a file, in order, comments left out. */
export function listTokens(file: SourceFile): readonly ListedToken[] {
  const { tokens } = tokenize(file, new Report(0));
  return tokens.map(({ tokenType, image, startOffset }) => ({ kind: tokenType.name, text: image, start: startOffset }));
}
