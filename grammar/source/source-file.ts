/** A place in a text as people count: both numbers start at 1; columns are UTF-16 units, as in editors. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A text with its name. Offsets are UTF-16 units into `text`, a leading byte order mark included. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Offset of the first character of each line; the byte order mark belongs to no line. */
  readonly lineStarts: readonly number[];
  position(offset: number): Position;
}

export function sourceFile(path: string, text: string): SourceFile {
  const lineStarts = findLineStarts(text);
  return { path, text, lineStarts, position: (offset) => positionIn(lineStarts, text.length, offset) };
}

/** The text of a line (counted from 1) without its line end. */
export function lineText(file: SourceFile, line: number): string {
  const start = file.lineStarts[line - 1];
  if (start === undefined) return "";
  let end = file.lineStarts[line] ?? file.text.length;
  while (end > start && isLineEnd(file.text.charCodeAt(end - 1))) end--;
  return file.text.slice(start, end);
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = 0xfeff;

function isLineEnd(code: number): boolean {
  return code === LINE_FEED || code === CARRIAGE_RETURN;
}

function findLineStarts(text: string): number[] {
  const starts = [text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === LINE_FEED || (code === CARRIAGE_RETURN && text.charCodeAt(i + 1) !== LINE_FEED)) {
      starts.push(i + 1);
    }
  }
  return starts;
}

function positionIn(lineStarts: readonly number[], length: number, offset: number): Position {
  const first = lineStarts[0] ?? 0;
  const at = Math.max(first, Math.min(offset, length));
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (lineStarts[low] ?? 0) + 1 };
}
