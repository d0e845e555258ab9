import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { check } from "../../compiler/check/check.ts";
import { defaultConfig } from "../../compiler/lint/config.ts";
import { lint } from "../../compiler/lint/lint.ts";
import { fixesOf, inSourceOrder, lineText, parse, render, sourceFile } from "../../grammar/index.ts";
import type { Diagnostic, Fix, SourceFile } from "../../grammar/index.ts";
import { filesBelow, readText } from "../support/paths.ts";
import { sectionsOf } from "../support/sections.ts";

/*
 * Wrong models as people write them who come from elsewhere, with one mistake each. Beneath the place that must be
 * reported stands what must be said of it:
 *
 *   x = image -> conv(8, kernel_size=3)
 *   //                   ^^^^^^^^^^^ CNN209 fix: did you mean `kernel`?
 *
 * `fix: TITLE`, and for several to choose from one line of marks each, `or: TITLE`: it is offered, and mends the model,
 * with the fixes of what it brings to light. `help:` and `note:` begin a text that is part of the report.
 */
const folder = "test/check/mistakes";
const files = filesBelow(folder, /\.cnn$/);

interface Mark {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly code: string;
  readonly kind: string;
  readonly text: string;
}

const marker = /^\s*\/\/\s*(\^+) (CNN\d+)(?: (fix|or|help|note): (.*))?$/;

function marksOf(file: SourceFile): Mark[] {
  const marks: Mark[] = [];
  let line = 0;
  for (let i = 1; i <= file.lineStarts.length; i++) {
    const written = lineText(file, i);
    const match = marker.exec(written);
    if (match === null) {
      line = i;
      continue;
    }
    const from = written.indexOf("^");
    const [, carets = "", code = "", kind = "", text = ""] = match;
    marks.push({ line, from, to: from + carets.length, code, kind, text });
  }
  return marks;
}

type Load = (path: string) => SourceFile | undefined;

/** What `cnnc check` says, or, of a rule of the linter, what it says. */
function reportsOn(file: SourceFile, load: Load, codes: readonly string[]): readonly Diagnostic[] {
  if (codes.some((code) => code.startsWith("CNN5"))) {
    const { findings } = lint(file, { config: defaultConfig, load });
    return findings.filter(({ code, severity }) => severity === "error" || codes.includes(code));
  }
  const { ast, diagnostics } = parse(file);
  const isBroken = diagnostics.some(({ severity }) => severity === "error");
  return isBroken ? diagnostics : [...diagnostics, ...check(ast, { load }).diagnostics];
}

function mended(file: SourceFile, { edits }: Fix): SourceFile {
  let { text } = file;
  for (const { span, text: replacement } of [...edits].sort((a, b) => b.span.start - a.span.start))
    text = text.slice(0, span.start) + replacement + text.slice(span.end);
  return sourceFile(file.path, text);
}

const MOST_ROUNDS = 4;

/** What is left when a fix is applied, and then those that further reports offer. */
function leftBehind(file: SourceFile, fix: Fix, load: Load, codes: readonly string[]): string {
  let now = mended(file, fix);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const reports = reportsOn(now, load, codes);
    const next = reports.flatMap(fixesOf)[0];
    if (next === undefined) return render(reports);
    now = mended(now, next);
  }
  return render(reportsOn(now, load, codes));
}

function placeOf({ code, span }: Diagnostic) {
  const [start, end] = [span.file.position(span.start), span.file.position(span.end)];
  return { code, line: start.line, from: start.column - 1, to: Math.max(end.column - 1, start.column) };
}

describe("mistakes", () => {
  test.each(files)("%s", (name) => {
    const { main, load } = sectionsOf(path.posix.basename(name), readText(name));
    const marks = marksOf(main);
    const codes = marks.map(({ code }) => code);
    const reports = inSourceOrder(reportsOn(main, load, codes));
    const places = marks
      .filter(({ kind }) => kind !== "or")
      .map(({ code, line, from, to }) => ({ code, line, from, to }));
    expect(reports.map(placeOf), render(reports)).toEqual(places);
    for (const report of reports) {
      const place = placeOf(report);
      const own = marks.filter(({ line, from }) => line === place.line && from === place.from);
      const titles = own.filter(({ kind }) => kind === "fix" || kind === "or").map(({ text }) => text);
      expect(fixesOf(report).map(({ title }) => title)).toEqual(titles);
      for (const fix of fixesOf(report)) expect(leftBehind(main, fix, load, codes), fix.title).toBe("");
      const said = { help: report.help ?? "", note: report.notes.map(({ message }) => message).join("\n") };
      for (const { kind, text } of own) if (kind === "help" || kind === "note") expect(said[kind]).toContain(text);
    }
  });

  test("are many", () => {
    expect(files.length).toBeGreaterThanOrEqual(60);
  });
});
