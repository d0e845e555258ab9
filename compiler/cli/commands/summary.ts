import type { ExitCode } from "../cli-error.ts";
import { targetOf } from "../back.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "../diagnostics-output.ts";
import { frontOf } from "../front.ts";
import type { TargetOptions } from "../options.ts";
import { summaryOf } from "../summary.ts";
import { summaryTable } from "../summary-table.ts";
import { printJson, printLine } from "../terminal.ts";

export interface SummaryCommandOptions extends TargetOptions {
  readonly depth?: number;
}

/** `cnnc summary FILE`: all models of the file, or the one that is named. */
export function summaryCommand(file: string, options: SummaryCommandOptions): ExitCode {
  const { json, quiet, depth = Infinity } = options;
  const { models, diagnostics } = frontOf(file, options, false);
  const failed = hasErrors(diagnostics);
  if (failed && json) printJson({ diagnostics: diagnosticsAsJson(diagnostics) });
  else if (failed || (!quiet && !json)) printDiagnostics(diagnostics, process.stderr);
  if (failed) return 1;
  const target = targetOf(file, options);
  const summaries = models.map((model) => summaryOf(model, target));
  if (json) printJson({ models: summaries });
  else printLine(summaries.map((summary) => summaryTable(summary, depth).join("\n")).join("\n\n"));
  return 0;
}
