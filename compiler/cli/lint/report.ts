import { inSourceOrder } from "../../../grammar/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import type { Suppressed } from "../../lint/lint.ts";
import { diagnosticsAsJson, printDiagnostics } from "../diagnostics-output.ts";
import { printJson, printLine } from "../terminal.ts";
import { githubAnnotation } from "./github.ts";
import { sarifLog } from "./sarif.ts";

/** What a run has to tell. */
export interface LintReport {
  readonly files: readonly string[];
  readonly findings: readonly Diagnostic[];
  readonly suppressed: readonly Suppressed[];
  /** How many fixes were applied. */
  readonly fixed: number;
  /** How many findings `--fix` would mend. */
  readonly mendable: number;
}

export type Format = "text" | "json" | "github" | "sarif";

const printers: Readonly<Record<Format, (report: LintReport, quiet: boolean) => void>> = {
  text: printText,
  json: ({ findings, fixed }) => printJson({ diagnostics: diagnosticsAsJson(findings), fixed }),
  github: ({ findings }) => inSourceOrder(findings).forEach((report) => printLine(githubAnnotation(report))),
  sarif: ({ findings, suppressed }) => printJson(sarifLog(inSourceOrder(findings), suppressed)),
};

export function printReport(report: LintReport, format: Format, quiet: boolean): void {
  printers[format](report, quiet);
}

/** Code frames, then what happened to them and what can be done. */
function printText({ files, findings, fixed, mendable }: LintReport, quiet: boolean): void {
  printDiagnostics(findings, process.stdout);
  if (quiet) return;
  if (fixed > 0) printLine(`${fixed} ${fixed === 1 ? "fix" : "fixes"} applied`);
  const what = mendable < findings.length ? `${mendable} of them` : findings.length === 1 ? "it" : "all of them";
  if (mendable > 0) printLine(`--fix mends ${what}`);
  if (findings.length === 0) printLine(`${files.length} ${files.length === 1 ? "file" : "files"}: no findings`);
}
