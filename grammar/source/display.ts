/*
 * How a source line looks on a terminal: tabs become spaces, wide characters take two cells, and characters
 * that would change what the reader sees (escapes, direction marks) are shown as a replacement.
 */

const TAB_WIDTH = 4;
const CONTEXT_CELLS = 140;
const ELLIPSIS = "…";

/** Start and end of the East Asian wide and emoji blocks. */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23f3],
  [0x2614, 0x2615],
  [0x26a1, 0x26a1],
  [0x2705, 0x2705],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

const ZERO_WIDTH = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200d])$/u;
const UNSAFE = /^[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]$/u;

export interface DisplayLine {
  readonly text: string;
  /** The cell where the character at a UTF-16 column (counted from 0) starts. */
  cell(column: number): number;
  readonly width: number;
}

/** Lays a line out; of a very long one only the part around `focus` (a column from 0) is kept. */
export function displayLine(line: string, focus: number): DisplayLine {
  const { from, to } = visiblePart(line, focus);
  const prefix = from > 0 ? ELLIPSIS : "";
  let text = prefix;
  let width = prefix.length;
  const cells = new Map<number, number>();
  for (let column = from; column < to;) {
    const character = String.fromCodePoint(line.codePointAt(column) ?? 32);
    cells.set(column, width);
    if (character.length === 2) cells.set(column + 1, width);
    const shown = show(character, width);
    text += shown;
    width += shown === character ? cellWidth(character) : shown.length;
    column += character.length;
  }
  const cell = (column: number): number => (column < from ? 0 : (cells.get(column) ?? width));
  return { text: to < line.length ? text + ELLIPSIS : text, cell, width };
}

function visiblePart(line: string, focus: number): { from: number; to: number } {
  if (line.length <= 2 * CONTEXT_CELLS) return { from: 0, to: line.length };
  const from = Math.max(0, Math.min(focus, line.length) - CONTEXT_CELLS / 2);
  return { from, to: Math.min(line.length, from + CONTEXT_CELLS) };
}

function show(character: string, cell: number): string {
  if (character === "\t") return " ".repeat(TAB_WIDTH - (cell % TAB_WIDTH));
  return UNSAFE.test(character) ? "\ufffd" : character;
}

function cellWidth(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return WIDE_RANGES.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** Makes a text safe for one line of a terminal. */
export function plain(text: string): string {
  return Array.from(text, (character) => (UNSAFE.test(character) && character !== "\n" ? "\ufffd" : character)).join(
    "",
  );
}
