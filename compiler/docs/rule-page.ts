import type { Rule } from "../lint/rule.ts";

/** The cases that a page shows, as they are tested. */
export interface RuleCases {
  readonly wrong: string;
  /** What is reported of `wrong`. */
  readonly report: string;
  readonly right: string;
}

/** The documentation page of a rule, from its declaration and the cases beside it. */
export function rulePage({ code, title, severity, set, name, explain }: Rule, cases: RuleCases): string {
  return [
    `# ${code}: ${title}`,
    `${severity} of the linter, called \`${name}\`, in the set \`${set}\``,
    explain,
    "Wrong:",
    fenced("cnn", cases.wrong),
    fenced("text", cases.report),
    "Right:",
    `${fenced("cnn", cases.right)}\n`,
  ].join("\n\n");
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** The list of everything whose severity can be set, as an aligned table; links are relative to `docs/`. */
export function ruleTable(rows: readonly (Pick<Rule, "code" | "name" | "set"> & { readonly title: string })[]): string {
  const cells = [
    ["Code", "Name", "Set", "What"],
    ...rows.map(({ code, name, set, title }) => [`[${code}](diagnostics/${code}.md)`, `\`${name}\``, set, title]),
  ];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const [head, ...body] = cells.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}
