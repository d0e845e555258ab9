import { inSourceOrder, render } from "../../grammar/index.ts";
import type { Diagnostic, Fix, Span } from "../../grammar/index.ts";
import { useColor } from "./terminal.ts";

/** Code frames for people. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], stream: NodeJS.WriteStream): void {
  if (diagnostics.length > 0) stream.write(render(diagnostics, { color: useColor(stream) }));
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** Reports for programs: places as lines and columns that start at 1, ends not included. */
export function diagnosticsAsJson(diagnostics: readonly Diagnostic[]): unknown[] {
  return inSourceOrder(diagnostics).map(({ code, severity, message, span, notes, help, fix, choices }) => ({
    code,
    severity,
    message,
    ...placeOf(span),
    notes: notes.map((note) => ({ message: note.message, ...placeOf(note.span) })),
    ...(help !== undefined && { help }),
    ...(fix && { fix: fixAsJson(fix) }),
    ...(choices && { choices: choices.map(fixAsJson) }),
  }));
}

function fixAsJson({ title, edits }: Fix): object {
  return { title, edits: edits.map(({ span, text }) => ({ ...placeOf(span), text })) };
}

function placeOf({ file, start, end }: Span): { file: string; start: object; end: object } {
  return {
    file: file.path,
    start: { ...file.position(start), offset: start },
    end: { ...file.position(end), offset: end },
  };
}
