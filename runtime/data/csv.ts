import { CnncDataError } from "../errors.ts";

/** A row of a table, and the line of the file that it begins in. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Parses comma-separated values (RFC 4180): a cell in quotes may have commas, line breaks and, doubled, quotes in it. Empty lines are left out. */
export function parseCsv(text: string, name = "CSV data"): CsvRow[] {
  const rows: CsvRow[] = [];
  // A cell, bare or in quotes, and what ends it.
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  let cells: string[] = [];
  let [line, start] = [1, 1];
  for (pattern.lastIndex = text.startsWith("\ufeff") ? 1 : 0; pattern.lastIndex < text.length || cells.length > 0;) {
    const found = pattern.exec(text);
    if (found === null) throw new CnncDataError(`${name}:${line}: quotes that do not enclose a cell`);
    const [, quoted, bare = "", end] = found;
    cells.push(quoted?.replaceAll('""', '"') ?? bare.trim());
    line += quoted?.match(/\n/g)?.length ?? 0;
    if (end === ",") continue;
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: start, cells });
    cells = [];
    start = ++line;
  }
  return rows;
}
