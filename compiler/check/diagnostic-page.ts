import type { DiagnosticDefinition } from "../../grammar/index.ts";

/** The documentation page of a code, from its entry in the catalogue. */
export function diagnosticPage(code: string, { title, severity, message, explain }: DiagnosticDefinition): string {
  return `# ${code}: ${title}\n\n${severity}: ${asMarkdown(message)}\n\n${explain}\n`;
}

/** The list of all codes, with links to their pages. */
export function diagnosticIndex(entries: readonly (readonly [string, DiagnosticDefinition])[]): string {
  const rows = entries.map(([code, { title, severity }]) => `| [${code}](${code}.md) | ${severity} | ${title} |`);
  const head = ["# What the compiler reports", "", "| Code | Severity | What |", "| --- | --- | --- |"];
  return [...head, ...rows, ""].join("\n");
}

/** Holes read as what they are: `{name}` becomes `…`. */
function asMarkdown(message: string): string {
  return message.replace(/\{\w+\}/g, "…");
}
