import { fixesOf } from "./diagnostic.ts";
import type { Diagnostic, Note, Severity } from "./diagnostic.ts";
import { plain } from "./display.ts";
import { fixFrame, frame, lastLineOf } from "./frame.ts";
import type { FrameStyle } from "./frame.ts";
import { painter } from "./paint.ts";
import type { Paint } from "./paint.ts";

export interface RenderOptions {
  /** Use ANSI colours. */
  readonly color?: boolean | undefined;
}

/** The reports as a person reads them: code frames in source order and a closing count. */
export function render(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  if (diagnostics.length === 0) return "";
  const paint = painter(options.color ?? false);
  const reports = inSourceOrder(diagnostics).map((report) => renderOne(report, paint));
  return [...reports, countLine(diagnostics, paint), ""].join("\n");
}

/** Files in the order in which they first appear, within a file by place, errors before lesser ones. */
export function inSourceOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = new Map<string, number>();
  for (const { span } of diagnostics) if (!files.has(span.file.path)) files.set(span.file.path, files.size);
  const rank = (report: Diagnostic): number => files.get(report.span.file.path) ?? 0;
  return [...diagnostics].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.span.start - b.span.start ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

function renderOne(report: Diagnostic, paint: Paint): string {
  const lines = [report.span, ...report.notes.map((note) => note.span)].map(lastLineOf);
  const gutter = String(Math.max(...lines)).length + 1;
  const style: FrameStyle = { gutter, paint, role: report.severity, mark: "^" };
  const title = `${paint(report.severity, `${report.severity}[${report.code}]`)}: ${paint("strong", plain(report.message))}`;
  const rows = [title, ...frame(report.span, style)];
  for (const note of report.notes) rows.push(...renderNote(note, style));
  if (report.help !== undefined) rows.push(...labelled("help", report.help, paint));
  for (const fix of fixesOf(report)) {
    rows.push(...labelled("fix", fix.title, paint));
    rows.push(...fixFrame(fix, { ...style, role: "added", mark: "+" }));
  }
  return [...rows, ""].join("\n");
}

function renderNote(note: Note, style: FrameStyle): string[] {
  const noteStyle: FrameStyle = { ...style, role: "note", mark: "-" };
  return [...labelled("note", note.message, style.paint), ...frame(note.span, noteStyle)];
}

function labelled(label: "note" | "help" | "fix", text: string, paint: Paint): string[] {
  const role = label === "fix" ? "help" : label;
  const [first = "", ...rest] = plain(text).split("\n");
  return [`${paint(role, label)}: ${first}`, ...rest.map((row) => `${" ".repeat(label.length + 2)}${row}`)];
}

function countLine(diagnostics: readonly Diagnostic[], paint: Paint): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const count = diagnostics.filter((report) => report.severity === severity).length;
    return count === 0 ? [] : [paint(severity, `${count} ${plural(severity, count)}`)];
  });
  return parts.join(", ");
}

function plural(severity: Severity, count: number): string {
  return count === 1 || severity === "info" ? severity : `${severity}s`;
}
