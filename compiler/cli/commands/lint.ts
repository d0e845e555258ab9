import type { Diagnostic } from "../../../grammar/index.ts";
import { isMendable, mend } from "../../lint/fixes.ts";
import { lint } from "../../lint/lint.ts";
import type { LintOptions, Suppressed } from "../../lint/lint.ts";
import type { ExitCode } from "../cli-error.ts";
import { configFinder } from "../lint/find-config.ts";
import { findFiles } from "../lint/find-files.ts";
import { printReport } from "../lint/report.ts";
import type { Format } from "../lint/report.ts";
import { writeFileAtOnce } from "../lint/write-file.ts";
import { holdMemory } from "../memory-budget.ts";
import type { CommonOptions } from "../options.ts";
import { loadSource, readSource } from "../source.ts";

export interface LintCommandOptions extends Pick<CommonOptions, "model" | "set" | "quiet"> {
  readonly format: Format;
  readonly config?: string;
  readonly fix?: boolean;
  readonly maxWarnings: number;
}

/** `cnnc lint PATHS…` */
export async function lintCommand(paths: readonly string[], options: LintCommandOptions): Promise<ExitCode> {
  const files = findFiles(paths);
  const configFor = configFinder(options.config);
  const { model, set } = options;
  const optionsFor = (file: string): LintOptions => ({ model, set, load: loadSource, config: configFor(file) });
  // What is imported is mended as well before anything is reported.
  const fixed = options.fix ? files.reduce((sum, file) => sum + fixFile(file, optionsFor(file)), 0) : 0;
  const findings = new Map<string, Diagnostic>();
  const suppressed = new Map<string, Suppressed>();
  let mendable = 0;
  for (const file of files) {
    const source = readSource(file);
    const result = lint(source, optionsFor(file));
    for (const report of [...result.findings, ...(await holdMemory(result.models))]) {
      if (!findings.has(keyOf(report)) && isMendable(report, source)) mendable++;
      findings.set(keyOf(report), report);
    }
    for (const entry of result.suppressed) suppressed.set(keyOf(entry.diagnostic), entry);
  }
  const all = [...findings.values()];
  printReport(
    { files, findings: all, suppressed: [...suppressed.values()], fixed, mendable },
    options.format,
    !!options.quiet,
  );
  const warnings = all.filter(({ severity }) => severity === "warning").length;
  return warnings > options.maxWarnings || all.some(({ severity }) => severity === "error") ? 1 : 0;
}

function fixFile(file: string, options: LintOptions): number {
  const { source, count } = mend(readSource(file), options);
  if (count > 0) writeFileAtOnce(file, source.text);
  return count;
}

/** What is found in an imported file is found through every file that imports it. */
function keyOf({ code, message, span: { file, start, end } }: Diagnostic): string {
  return JSON.stringify([file.path, start, end, code, message]);
}
