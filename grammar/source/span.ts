import type { SourceFile } from "./source-file.ts";

/** A stretch of a file: from `start` up to, not including, `end`. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

export function span(file: SourceFile, start: number, end: number): Span {
  return { file, start, end };
}

/** From the start of one span to the end of another of the same file. */
export function spanning(first: Span, last: Span): Span {
  return { file: first.file, start: first.start, end: Math.max(first.end, last.end) };
}

export function textOf(place: Span): string {
  return place.file.text.slice(place.start, place.end);
}
