import { fixesOf } from "../../../grammar/index.ts";
import type { Diagnostic, Severity } from "../../../grammar/index.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/** A workflow command, which GitHub shows as an annotation at the line. */
export function githubAnnotation(report: Diagnostic): string {
  const { code, severity, message, span, notes, help } = report;
  const { file } = span;
  const [start, end] = [file.position(span.start), file.position(span.end)];
  const properties = {
    file: file.path,
    line: start.line,
    col: start.column,
    endLine: end.line,
    endColumn: end.column,
    title: code,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const lines = [
    message,
    ...notes.map((note) => `note: ${note.message} (${placeOf(note.span)})`),
    ...(help === undefined ? [] : [`help: ${help}`]),
    ...fixesOf(report).map(({ title }) => `fix: ${title}`),
  ];
  return `::${commands[severity]} ${list.join(",")}::${escapeData(lines.join("\n"))}`;
}

function placeOf({ file, start }: Diagnostic["span"]): string {
  const { line, column } = file.position(start);
  return `${file.path}:${line}:${column}`;
}

/** What stands behind `::` ends at the line; `%` is the sign that escapes. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Properties end at `,` and `:` as well. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
