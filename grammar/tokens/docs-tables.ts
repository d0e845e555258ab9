import { tokenTable } from "./table.ts";
import type { TokenEntry, TokenKind } from "./table.ts";
import { units } from "./units.ts";

const HEADINGS: readonly (readonly [TokenKind, string])[] = [
  ["reserved", "Reserved words"],
  ["contextual", "Words that are keywords only where the grammar wants one"],
  ["operator", "Operators"],
  ["delimiter", "Delimiters"],
  ["literal", "Literals"],
  ["word", "Names"],
  ["trivia", "Between tokens"],
];

/** The tables of docs/grammar.md, made from the token and unit tables. */
export function tokenTablesMarkdown(): string {
  const entries: readonly TokenEntry[] = tokenTable;
  const sections = HEADINGS.map(([kind, heading]) => {
    const rows = entries.filter((entry) => entry.kind === kind).map((entry) => [written(entry), entry.doc]);
    return `### ${heading}\n\n${table(["Token", "Meaning"], rows)}`;
  });
  const rows = units.map((unit) => [`\`${unit.name}\``, unit.measures, unit.doc]);
  return `${sections.join("\n\n")}\n\n### Units\n\n${table(["Unit", "Measures", "Meaning"], rows)}\n`;
}

function written(entry: TokenEntry): string {
  return typeof entry.pattern === "string" ? `\`${entry.pattern}\`` : entry.name;
}

/** Columns padded as prettier pads them, so that the page passes the format check. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [first = [], ...rest] = cells;
  return [line(first), rule, ...rest.map(line)].join("\n");
}
