import type { DiagnosticDefinition } from "../../grammar/index.ts";

/** The documentation page of a code, from its entry in the catalogue. */
export function diagnosticPage(code: string, { title, severity, message, explain }: DiagnosticDefinition): string {
  return `# ${code}: ${title}\n\n${severity}: ${asMarkdown(message)}\n\n${explain}\n`;
}

/** The list of all codes, with links to their pages, as an aligned table. */
export function diagnosticIndex(entries: readonly (readonly [string, DiagnosticDefinition])[]): string {
  const rows = entries.map(([code, { title, severity }]) => [`[${code}](${code}.md)`, severity, title]);
  const head = ["Code", "Severity", "What"];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return ["# What the compiler reports", "", line(head), rule, ...rows.map(line), ""].join("\n");
}

/** Holes read as what they are: `{name}` becomes `…`. */
function asMarkdown(message: string): string {
  return message.replace(/\{\w+\}/g, "…");
}
