import type { IToken } from "chevrotain";
import type { SourceFile } from "../source/source-file.ts";
import { endOf } from "./segment.ts";

/** Where the tokens stand on their lines; only the recovery from errors asks. */
export interface Layout {
  /** Whether the token is the first of its line. */
  first(index: number): boolean;
  column(index: number): number;
  /** The column of the token that starts at an offset. */
  columnAt(offset: number): number;
}

export function layoutOf(file: SourceFile, tokens: readonly IToken[]): Layout {
  const firsts: boolean[] = [];
  const columns: number[] = [];
  let line = 0;
  let lineOfPrevious = -1;
  for (const token of tokens) {
    while ((file.lineStarts[line + 1] ?? Infinity) <= token.startOffset) line++;
    firsts.push(line !== lineOfPrevious);
    columns.push(token.startOffset - (file.lineStarts[line] ?? 0));
    while ((file.lineStarts[line + 1] ?? Infinity) < endOf(token)) line++;
    lineOfPrevious = line;
  }
  return {
    first: (index) => firsts[index] ?? false,
    column: (index) => columns[index] ?? 0,
    columnAt: (offset) => file.position(offset).column - 1,
  };
}
