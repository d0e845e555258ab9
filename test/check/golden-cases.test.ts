import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { check } from "../../compiler/check/check.ts";
import { checkDiagnostics } from "../../compiler/check/diagnostics.ts";
import { parse, render } from "../../grammar/index.ts";
import { filesBelow, readText, root } from "../support/paths.ts";
import { sectionsOf } from "../support/sections.ts";

const folder = "test/check/cases";
const cases = filesBelow(folder, /\.cnn$/);
const update = process.env["UPDATE_GOLDENS"] === "1";

/** Options of `check` stand in a comment: `// options: {"set": {"width": 3}}`. */
function optionsOf(text: string): Parameters<typeof check>[1] {
  const [, json] = /^\/\/ options: (.*)$/m.exec(text) ?? [];
  return json === undefined ? {} : (JSON.parse(json) as Parameters<typeof check>[1]);
}

function reportOn(file: string): { codes: readonly string[]; text: string } {
  const source = readText(file);
  const { main, load } = sectionsOf(path.posix.basename(file), source);
  const parsed = parse(main);
  expect(render(parsed.diagnostics)).toBe("");
  const { diagnostics } = check(parsed.ast, { ...optionsOf(source), load });
  return { codes: diagnostics.map(({ code }) => code), text: render(diagnostics) };
}

describe("reports of the checker", () => {
  test.each(cases)("%s", (file) => {
    const golden = file.replace(/\.cnn$/, ".txt");
    const { codes, text } = reportOn(file);
    const [code = ""] = /CNN\d+|ok/.exec(path.basename(file)) ?? [];
    if (code === "ok") expect(codes).toEqual([]);
    else expect(codes).toContain(code);
    if (update) fs.writeFileSync(path.join(root, golden), text);
    expect(fs.existsSync(path.join(root, golden)), `${golden} is missing; UPDATE_GOLDENS=1 writes it`).toBe(true);
    expect(text).toBe(readText(golden));
  });

  test("have a case for every code", () => {
    const codes = new Set(cases.flatMap((file) => /CNN\d+/.exec(file) ?? []));
    // The back end reports the arena, and 10,000 layers are too long a case: model.test.ts, layer-names.test.ts.
    const elsewhere = ["CNN403", "CNN407"];
    const without = Object.keys(checkDiagnostics).filter((code) => !codes.has(code) && !elsewhere.includes(code));
    expect(without).toEqual([]);
  });

  test("of files that are gone are gone too", () => {
    const orphans = filesBelow(folder, /\.txt$/).filter((file) => !cases.includes(file.replace(/\.txt$/, ".cnn")));
    expect(orphans).toEqual([]);
  });
});
