import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { diagnosticIndex, diagnosticPage } from "../../compiler/docs/diagnostic-page.ts";
import { buildDiagnostics } from "../../compiler/build/diagnostics-table.ts";
import { checkDiagnostics } from "../../compiler/check/diagnostics.ts";
import { syntaxDiagnostics } from "../../grammar/index.ts";
import type { DiagnosticDefinition } from "../../grammar/index.ts";
import { filesBelow, readText, root } from "../support/paths.ts";

const folder = "docs/diagnostics";
const update = process.env["UPDATE_GOLDENS"] === "1";

const entries = Object.entries<DiagnosticDefinition>({
  ...syntaxDiagnostics,
  ...checkDiagnostics,
  ...buildDiagnostics,
}).sort(([a], [b]) => a.localeCompare(b));

test("docs/diagnostics holds one fresh page per code", () => {
  const pages = new Map(
    entries.map(([code, definition]) => [`${folder}/${code}.md`, diagnosticPage(code, definition)]),
  );
  pages.set(`${folder}/README.md`, diagnosticIndex(entries));
  if (update) {
    fs.rmSync(path.join(root, folder), { recursive: true, force: true });
    fs.mkdirSync(path.join(root, folder), { recursive: true });
    for (const [file, text] of pages) fs.writeFileSync(path.join(root, file), text);
  }
  expect(filesBelow(folder, /./)).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readText(file), file).toBe(text);
});

test("codes of the checker and of the parser differ", () => {
  const shared = Object.keys(checkDiagnostics).filter((code) => code in syntaxDiagnostics);
  expect(shared).toEqual([]);
});
