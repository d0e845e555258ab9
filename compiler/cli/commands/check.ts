import type { Diagnostic } from "../../../grammar/index.ts";
import type { ExitCode } from "../cli-error.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { frontOf } from "../front.ts";
import { holdMemory } from "../memory-budget.ts";
import type { CommonOptions } from "../options.ts";
import { printJson, printLine } from "../terminal.ts";

/** `cnnc check FILES…` */
export async function checkCommand(files: readonly string[], options: CommonOptions): Promise<ExitCode> {
  const all: Diagnostic[] = [];
  const models: { file: string; name: string }[] = [];
  for (const file of files) {
    const front = frontOf(file, options, false);
    const diagnostics = [...front.diagnostics, ...(await holdMemory(front.models))];
    all.push(...diagnostics);
    models.push(...front.models.map(({ name }) => ({ file, name })));
    if (options.json) continue;
    printDiagnostics(diagnostics, process.stdout);
    if (diagnostics.length > 0 || options.quiet) continue;
    const names = front.models.map(({ name }) => name).join(", ");
    printLine(`${file}: no problems${names === "" ? "" : ` in ${names}`}`);
  }
  if (options.json) printJson({ diagnostics: diagnosticsAsJson(all), models });
  return hasErrors(all) ? 1 : 0;
}
