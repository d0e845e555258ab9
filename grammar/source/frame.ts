import type { Fix } from "./diagnostic.ts";
import { displayLine, plain } from "./display.ts";
import type { Paint, Role } from "./paint.ts";
import { lineText, sourceFile } from "./source-file.ts";
import type { SourceFile } from "./source-file.ts";
import type { Span } from "./span.ts";

/** How a frame is drawn: `gutter` is the width of the line-number column. */
export interface FrameStyle {
  readonly gutter: number;
  readonly paint: Paint;
  readonly role: Role;
  readonly mark: string;
}

const MOST_LINES_OF_A_SPAN = 4;

/** `--> path:line:column` and the lines of the span, underlined. */
export function frame(place: Span, style: FrameStyle): string[] {
  const { line, column } = place.file.position(place.start);
  const where = `${plain(place.file.path)}:${line}:${column}`;
  return [`${" ".repeat(style.gutter)}${style.paint("gutter", "-->")} ${where}`, ...markedLines(place, style)];
}

/** The number of the last line that a frame of this span shows. */
export function lastLineOf(place: Span): number {
  return place.file.position(lastOffset(place)).line;
}

/** The lines that a fix changes, as they read afterwards, the new text marked with `+`. */
export function fixFrame(fix: Fix, style: FrameStyle): string[] {
  const edits = [...fix.edits].sort((a, b) => a.span.start - b.span.start);
  const file = edits[0]?.span.file;
  if (file === undefined || edits.some((edit) => edit.span.file !== file)) return [];
  const { mended, firstLine, places } = applyEdits(file, edits);
  const rows: string[] = [bar(style)];
  let lastShown = 0;
  for (const { start, end } of places) {
    const last = mended.position(Math.max(start, end - 1)).line;
    for (let line = Math.max(mended.position(start).line, lastShown + 1); line <= last; line++) {
      if (rows.length > 2 * MOST_LINES_OF_A_SPAN) break;
      lastShown = line;
      const here = places.filter((place) => touches(mended, place, line));
      rows.push(...markedLine(mended, line, here, style, line + firstLine - 1));
    }
  }
  return rows;
}

function touches(file: SourceFile, { start, end }: Stretch, line: number): boolean {
  return file.position(start).line <= line && line <= file.position(Math.max(start, end - 1)).line;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

interface Mended {
  /** The lines around the edits, changed. */
  readonly mended: SourceFile;
  /** The number in the file of the first of them. */
  readonly firstLine: number;
  readonly places: readonly Stretch[];
}

/** Of a line without end only this much beside an edit is looked at. */
const MOST_BESIDE_AN_EDIT = 1000;

function applyEdits(file: SourceFile, edits: Fix["edits"]): Mended {
  const from = edits[0]?.span.start ?? 0;
  const to = edits.at(-1)?.span.end ?? from;
  const firstLine = file.position(from).line;
  const lineEnd = file.lineStarts[file.position(to).line] ?? file.text.length;
  let done = Math.max(file.lineStarts[firstLine - 1] ?? 0, from - MOST_BESIDE_AN_EDIT);
  let text = "";
  const places: Stretch[] = [];
  for (const edit of edits) {
    text += file.text.slice(done, edit.span.start);
    places.push({ start: text.length, end: text.length + edit.text.length });
    text += edit.text;
    done = edit.span.end;
  }
  text += file.text.slice(done, Math.min(lineEnd, to + MOST_BESIDE_AN_EDIT));
  return { mended: sourceFile(file.path, text), firstLine, places };
}

/** The last character that the span covers, its trailing line ends not counted. */
function lastOffset(place: Span): number {
  let end = place.end;
  while (end > place.start + 1 && /\s/.test(place.file.text[end - 1] ?? "")) end--;
  return Math.max(place.start, end - 1);
}

function markedLines(place: Span, style: FrameStyle): string[] {
  const first = place.file.position(place.start).line;
  const last = lastLineOf(place);
  const stretch = { start: place.start, end: Math.max(place.start, lastOffset(place) + 1) };
  const rows = [bar(style)];
  for (let line = first; line <= last; line++) {
    if (last - first >= MOST_LINES_OF_A_SPAN && line === first + 2) {
      rows.push(style.paint("gutter", "...".padStart(style.gutter)));
      line = last;
    }
    const covered = line === first && place.end === place.start ? place : stretch;
    rows.push(...markedLine(place.file, line, [covered], style));
  }
  return rows;
}

/** One line and, beneath it, the marks under the stretches that touch it. */
function markedLine(
  file: SourceFile,
  line: number,
  stretches: readonly Stretch[],
  style: FrameStyle,
  shownAs = line,
): string[] {
  const text = lineText(file, line);
  const lineStart = file.lineStarts[line - 1] ?? 0;
  const indent = text.length - text.trimStart().length;
  const focus = Math.max(0, (stretches[0]?.start ?? lineStart) - lineStart);
  const shown = displayLine(text, focus);
  let marks = "";
  for (const { start, end } of stretches) {
    const from = start < lineStart ? indent : start - lineStart;
    const to = Math.min(end - lineStart, text.length);
    const cell = shown.cell(from);
    const width = Math.max(to > from || style.mark === "^" ? 1 : 0, shown.cell(to) - cell);
    marks = marks.padEnd(cell) + style.mark.repeat(width);
  }
  const number = style.paint("gutter", String(shownAs).padStart(style.gutter));
  const rows = [`${number} ${style.paint("gutter", "|")} ${shown.text}`.trimEnd()];
  if (marks.trim() !== "") rows.push(`${bar(style)} ${paintMarks(marks, style)}`);
  return rows;
}

function paintMarks(marks: string, style: FrameStyle): string {
  return marks.replace(/\S+/g, (run) => style.paint(style.role, run));
}

function bar(style: FrameStyle): string {
  return `${" ".repeat(style.gutter)} ${style.paint("gutter", "|")}`;
}
