import type { Diagnostic, Edit, Fix, SourceFile } from "../../grammar/index.ts";
import { sourceFile } from "../../grammar/index.ts";
import { lint } from "./lint.ts";
import type { LintOptions, LintResult } from "./lint.ts";
import { findSubject } from "./subjects.ts";

export interface Mended {
  readonly source: SourceFile;
  readonly result: LintResult;
  /** How many fixes were applied. */
  readonly count: number;
}

/** Mending one thing may show another; a rule that undoes what another does must not keep us here. */
const mostRounds = 10;

/**
 * Applies the fixes of rules to a file until there are none left. What the checker offers for errors is a guess
 * and stays one. A fix that makes an error is not applied.
 */
export function mend(first: SourceFile, options: LintOptions): Mended {
  let mended: Mended = { source: first, result: lint(first, options), count: 0 };
  for (let round = 0; round < mostRounds; round++) {
    const next = mendOnce(mended, options);
    if (next === undefined) break;
    mended = next;
  }
  return mended;
}

/** All fixes at once; should they make an error together, the first that makes none. */
function mendOnce({ source, result, count }: Mended, options: LintOptions): Mended | undefined {
  const fixes = fixesIn(result.findings, source);
  const together = apart(fixes);
  const attempts = together.length > 1 ? [together, ...fixes.map((fix) => [fix])] : fixes.map((fix) => [fix]);
  for (const attempt of attempts) {
    const changed = sourceFile(
      source.path,
      applyEdits(
        source.text,
        attempt.flatMap(({ edits }) => edits),
      ),
    );
    const after = lint(changed, options);
    if (errorsOf(after) <= errorsOf(result)) return { source: changed, result: after, count: count + attempt.length };
  }
  return undefined;
}

/** Whether `--fix` would apply the fix of a report: of a rule, and in the file itself. */
export function isMendable({ code, fix }: Diagnostic, source: SourceFile): boolean {
  return findSubject(code) !== undefined && fix !== undefined && fix.edits.every(({ span }) => span.file === source);
}

function fixesIn(findings: readonly Diagnostic[], source: SourceFile): Fix[] {
  return findings.filter((report) => isMendable(report, source)).map(({ fix }) => fix!);
}

/** Errors of the language: what a configuration calls an error does not keep a file from being compiled. */
function errorsOf({ findings }: LintResult): number {
  return findings.filter(({ code, severity }) => severity === "error" && findSubject(code) === undefined).length;
}

/** The fixes that do not touch what an earlier one changes. */
function apart(fixes: readonly Fix[]): Fix[] {
  const chosen: Fix[] = [];
  const taken: Edit[] = [];
  for (const fix of fixes) {
    if (fix.edits.some((edit) => taken.some((other) => overlap(edit, other)))) continue;
    chosen.push(fix);
    taken.push(...fix.edits);
  }
  return chosen;
}

function overlap({ span: a }: Edit, { span: b }: Edit): boolean {
  return a.start <= b.end && b.start <= a.end;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { span, text: inserted } of [...edits].sort((a, b) => b.span.start - a.span.start))
    result = result.slice(0, span.start) + inserted + result.slice(span.end);
  return result;
}
