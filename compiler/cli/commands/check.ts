import type { Diagnostic } from "../../../grammar/index.ts";
import type { ExitCode } from "../cli-error.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { frontOf } from "../front.ts";
import type { CommonOptions } from "../options.ts";
import { printJson, printLine } from "../terminal.ts";

/** `cnnc check FILES…` */
export function checkCommand(files: readonly string[], options: CommonOptions): ExitCode {
  const all: Diagnostic[] = [];
  const models: { file: string; name: string }[] = [];
  for (const file of files) {
    const front = frontOf(file, options, false);
    all.push(...front.diagnostics);
    models.push(...front.models.map(({ name }) => ({ file, name })));
    if (options.json) continue;
    printDiagnostics(front.diagnostics, process.stdout);
    if (front.diagnostics.length > 0 || options.quiet) continue;
    printLine(`${file}: no problems in ${front.models.map(({ name }) => name).join(", ")}`);
  }
  if (options.json) printJson({ diagnostics: diagnosticsAsJson(all), models });
  return hasErrors(all) ? 1 : 0;
}
