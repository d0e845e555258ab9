import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { buildDiagnostics } from "../../compiler/build/diagnostics-table.ts";
import { checkDiagnostics } from "../../compiler/check/diagnostics.ts";
import { diagnosticIndex, diagnosticPage } from "../../compiler/docs/diagnostic-page.ts";
import { rulePage } from "../../compiler/docs/rule-page.ts";
import type { Rule } from "../../compiler/lint/rule.ts";
import { rules } from "../../compiler/lint/rules/registry.ts";
import { catalogue } from "../../compiler/lint/subjects.ts";
import { suppressionDiagnostics } from "../../compiler/lint/suppression-diagnostics.ts";
import { syntaxDiagnostics } from "../../grammar/index.ts";
import type { DiagnosticDefinition } from "../../grammar/index.ts";
import { filesBelow, readText, root } from "../support/paths.ts";

const folder = "docs/diagnostics";
const update = process.env["UPDATE_GOLDENS"] === "1";

const entries = Object.entries<DiagnosticDefinition>({ ...catalogue, ...buildDiagnostics }).sort(([a], [b]) =>
  a.localeCompare(b),
);

function pageOf(code: string, definition: DiagnosticDefinition): string {
  const rule = rules.find((candidate) => candidate.code === code);
  return rule === undefined ? diagnosticPage(code, definition) : rulePage(rule, casesOf(rule));
}

function casesOf({ name }: Rule) {
  const [wrong, report, right] = ["wrong.cnn", "wrong.txt", "right.cnn"].map((file) =>
    readText(`compiler/lint/rules/${name}/${file}`),
  );
  return { wrong: wrong!, report: report!, right: right! };
}

test("docs/diagnostics holds one fresh page per code", () => {
  const pages = new Map(entries.map(([code, definition]) => [`${folder}/${code}.md`, pageOf(code, definition)]));
  pages.set(`${folder}/README.md`, diagnosticIndex(entries));
  if (update) {
    fs.rmSync(path.join(root, folder), { recursive: true, force: true });
    fs.mkdirSync(path.join(root, folder), { recursive: true });
    for (const [file, text] of pages) fs.writeFileSync(path.join(root, file), text);
  }
  expect(filesBelow(folder, /./)).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readText(file), file).toBe(text);
});

test("codes of the parser, the checker, the build, the rules and the suppressions differ", () => {
  const tables = [syntaxDiagnostics, checkDiagnostics, buildDiagnostics, suppressionDiagnostics];
  const codes = tables.flatMap((table) => Object.keys(table));
  const all = [...codes, ...rules.map(({ code }) => code)];
  expect(all.filter((code, i) => all.indexOf(code) !== i)).toEqual([]);
});
