import { diagnostic, lineText, span, type SourceFile, type Span } from "../../grammar/index.ts";
import type { EmittedFile } from "../emit/emitted-file.ts";
import { BuildError } from "./build-error.ts";
import { buildDiagnostics } from "./diagnostics-table.ts";

const fault =
  "this is a fault of cnnc or of the C++ compiler: `cnnc doctor` tries the compiler; please report it with the .cnn file";

/** What a failed build printed, as an error that says what failed first and, where it can be told, for which line. */
export function compilerFailure(
  output: string,
  generated: readonly EmittedFile[],
  sources: readonly SourceFile[],
): BuildError {
  const line = sourceLine(output, generated, sources);
  const reports = line ? [diagnostic(buildDiagnostics, "CNN601", line, {})] : [];
  const failed = failedObject(output);
  const file = generated.find(({ name }) => ["/", " "].some((before) => failed.includes(`${before}${name}.`)));
  const where = file ? ` (in ${file.name})` : "";
  if (/No space left on device|File size limit exceeded|Disk quota exceeded/.test(output)) {
    const mend = "make room, or name a folder on another disk with CNNC_CACHE";
    return new BuildError(`the disk is full${where}: ${firstMessage(output)}`, mend);
  }
  if (/\bKilled\b|out of memory|memory exhausted|Cannot allocate memory/.test(output)) {
    const mend = "close other programs, or build on a machine with more memory";
    return new BuildError(
      `the C++ compiler was killed or ran out of memory${where}: ${firstMessage(output)}`,
      mend,
      reports,
    );
  }
  return new BuildError(`the native build failed${where}: ${firstMessage(output)}`, fault, reports);
}

/** The first error without the path in front of it; else the end of what was printed. */
function firstMessage(output: string): string {
  const lines = output.split("\n");
  const error = lines.find((line) => /\b(?:error|ERROR|undefined reference|Killed|nvcc fatal)\b/.test(line));
  return (
    error?.replace(/^.*?\/(?=[^/\s]+(?:\(\d+\)|:\d+:\d+): )/, "") ?? output.trim().split("\n").slice(-12).join("\n")
  );
}

/** What make and ninja say of the file that failed: `FAILED: …/LeNet.x86-64-v4.cpp.o`. */
function failedObject(output: string): string {
  return output.split("\n").find((line) => /^FAILED: |: \*\*\* /.test(line)) ?? "";
}

/** The line of the source whose code the first place in a generated file, of those that are reported, is part of. */
function sourceLine(
  output: string,
  generated: readonly EmittedFile[],
  sources: readonly SourceFile[],
): Span | undefined {
  // Of g++ and clang `FILE:LINE:COLUMN:`, of nvcc `FILE(LINE):`.
  for (const [, name, inBrackets, line = inBrackets] of output.matchAll(/([^/\s]+?)(?:\((\d+)\)|:(\d+):\d+):/g)) {
    const file = generated.find((it) => it.name === name);
    const origin = file && originOf(file, Number(line));
    const source = sources.find(({ path }) => path.replace(/^.*[\\/]/, "") === origin?.file);
    if (origin && source) return wholeLine(source, origin.line);
  }
  return undefined;
}

/** Generated functions and jobs stand under `// FILE:LINE: …`; the search upwards ends where a function does. */
function originOf({ text }: EmittedFile, line: number): { readonly file: string; readonly line: number } | undefined {
  const lines = text.split("\n");
  for (let i = line - 1; i >= 0; i--) {
    const [, file, number] = /\/\/ (.+?\.cnn):(\d+): /.exec(lines[i] ?? "") ?? [];
    if (file !== undefined) return { file, line: Number(number) };
    if (i < line - 1 && /^ {0,2}\}/.test(lines[i] ?? "")) return undefined;
  }
  return undefined;
}

function wholeLine(file: SourceFile, line: number): Span {
  const start = file.lineStarts[line - 1] ?? 0;
  const text = lineText(file, line);
  return span(file, start + text.length - text.trimStart().length, start + text.trimEnd().length);
}
