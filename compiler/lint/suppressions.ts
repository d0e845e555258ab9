import { diagnostic, span } from "../../grammar/index.ts";
import type { Comment, Diagnostic, DiagnosticExtras, File, Holes, Span } from "../../grammar/index.ts";
import type { LintConfig } from "./config.ts";
import { catalogue, findSubject, isSuppressible, subjects } from "./subjects.ts";
import { suppressionDiagnostics } from "./suppression-diagnostics.ts";
import type { SuppressionCode } from "./suppression-diagnostics.ts";

/** One code of a comment `// cnnc-ignore CNN502: reason`. */
export interface Suppression {
  readonly code: string;
  readonly reason: string;
  /** The line whose reports it suppresses. */
  readonly line: number;
  /** The code in the comment. */
  readonly span: Span;
  /** The whole comment, if it has no other code. */
  readonly comment: Span | undefined;
}

export interface Suppressions {
  readonly list: readonly Suppression[];
  /** Comments that are no suppressions, though they are meant to be. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the comments of a file. */
export function suppressionsOf(file: File, { suppressions: mode }: LintConfig): Suppressions {
  const list: Suppression[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const comment of file.comments) {
    const [, rest] = (comment.style === "line" && /^\s*cnnc-ignore\b(.*)$/s.exec(comment.text)) || [];
    if (rest === undefined) continue;
    if (mode === "forbid") diagnostics.push(report("CNN594", comment.span, {}));
    else readComment(comment, rest, file, list, diagnostics);
  }
  return { list, diagnostics };
}

function readComment(
  { span: place }: Comment,
  rest: string,
  file: File,
  list: Suppression[],
  diagnostics: Diagnostic[],
): void {
  const [, codes = "", reason = ""] = /^([^:]*):(.*)$/s.exec(rest) ?? [];
  const words = codes.split(",").map((word) => word.trim());
  if (reason.trim() === "" || words.includes("")) {
    const help = "the form is `// cnnc-ignore CNN502: reason`, with commas between several codes";
    diagnostics.push(report("CNN591", place, {}, { help }));
    return;
  }
  const line = lineFor(place, file);
  let from = place.start + place.file.text.slice(place.start, place.end).indexOf("cnnc-ignore") + "cnnc-ignore".length;
  for (const code of words) {
    const start = place.file.text.indexOf(code, from);
    from = start + code.length;
    const where = span(place.file, start, from);
    const wrong = refusal(code);
    if (wrong !== undefined)
      diagnostics.push(report("CNN592", where, { code, reason: wrong.reason }, wrong.extras(where)));
    else list.push({ code, reason: reason.trim(), line, span: where, comment: words.length === 1 ? place : undefined });
  }
}

interface Refusal {
  readonly reason: string;
  readonly extras: (where: Span) => DiagnosticExtras;
}

/** Why a word cannot stand in a suppression. */
function refusal(word: string): Refusal | undefined {
  const subject = findSubject(word);
  if (subject === undefined && Object.hasOwn(catalogue, word))
    return { reason: "is an error, which cannot be suppressed", extras: () => ({}) };
  if (subject !== undefined && !isSuppressible(subject))
    return { reason: "is about suppressions themselves", extras: () => ({}) };
  if (subject?.code === word) return undefined;
  const codes: readonly string[] = subjects.filter(isSuppressible).map(({ code }) => code);
  const meant = subject?.code ?? codes.find((code) => code === word.toUpperCase());
  const fix = (where: Span) => meant && { title: `did you mean \`${meant}\`?`, edits: [{ span: where, text: meant }] };
  const reason = subject === undefined ? "is no code of the linter" : "is named by its code in a suppression";
  return { reason, extras: (where) => ({ fix: fix(where) || undefined }) };
}

/** Its own line, or, for a comment alone on its line, the next line that is not blank or a comment. */
function lineFor(comment: Span, { comments }: File): number {
  const { file, start } = comment;
  const { line } = file.position(start);
  if (/\S/.test(textBefore(comment))) return line;
  let end = comment.end;
  for (const next of comments) {
    if (next.span.start < end) continue;
    if (/\S/.test(file.text.slice(end, next.span.start))) break;
    end = next.span.end;
  }
  const blank = /^\s*/.exec(file.text.slice(end))![0].length;
  return file.position(end + blank).line;
}

function textBefore({ file, start }: Span): string {
  const { line } = file.position(start);
  return file.text.slice(file.lineStarts[line - 1], start);
}

/** The report on a suppression that suppressed nothing; the fix removes it. */
export function unusedSuppression({ code, span: where, comment }: Suppression): Diagnostic {
  if (comment === undefined) return report("CNN593", where, { code });
  return report(
    "CNN593",
    where,
    { code },
    { fix: { title: "remove it", edits: [{ span: withBlanks(comment), text: "" }] } },
  );
}

/** A comment with the blanks in front of it, and, where it stands alone, its line's end. */
function withBlanks(comment: Span): Span {
  const { file, start, end } = comment;
  const before = textBefore(comment);
  if (/\S/.test(before)) return span(file, start - (before.length - before.trimEnd().length), end);
  const lineEnd = /^\r?\n?/.exec(file.text.slice(end))![0].length;
  return span(file, start - before.length, end + lineEnd);
}

function report<Code extends SuppressionCode>(
  code: Code,
  where: Span,
  holes: Holes<(typeof suppressionDiagnostics)[Code]["message"]>,
  extras?: DiagnosticExtras,
): Diagnostic {
  return diagnostic(suppressionDiagnostics, code, where, holes as never, extras);
}
