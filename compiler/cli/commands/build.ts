import * as path from "node:path";
import { build } from "../../build/build.ts";
import type { BuildResult } from "../../build/build.ts";
import { baseName } from "../../compile.ts";
import { compileFile } from "../back.ts";
import type { ExitCode } from "../cli-error.ts";
import { formatBytes, formatSeconds } from "../columns.ts";
import { withInterrupt } from "../interrupt.ts";
import type { TargetOptions } from "../options.ts";
import { measureTuning } from "../tune.ts";
import { checkTuningWritable, writeTuning } from "../tuning-file.ts";
import { printJson, printLine, printNote } from "../terminal.ts";

export interface BuildCommandOptions extends TargetOptions {
  readonly out?: string;
  readonly tune?: boolean;
}

/** `cnnc build FILE`: all models of the file in one folder. */
export async function buildCommand(file: string, options: BuildCommandOptions): Promise<ExitCode> {
  if (options.tune && !(await tune(file, options))) return 1;
  const compiled = compileFile(file, options, false);
  if (compiled === undefined) return 1;
  const name = baseName(file);
  const out = options.out ?? path.join(path.dirname(file), "build", name);
  const result = await withInterrupt((signal) =>
    build(compiled, { name, out, signal, ...(!options.quiet && { note: printNote }) }),
  );
  const models = compiled.map(({ model }) => model.name);
  const { cpus } = compiled[0]!.manifest;
  if (options.json) {
    const { addon, cached, milliseconds, files } = result;
    printJson({ models, cpus, out, addon, cached, seconds: milliseconds / 1000, files });
  } else if (!options.quiet) {
    printLine([`${models.join(", ")} (${cpus.join(", ")}) in ${out}`, ...filesOf(result)].join("\n"));
  }
  return 0;
}

/** Measures, and writes what was found beside the file; false where findings were printed. */
async function tune(file: string, options: BuildCommandOptions): Promise<boolean> {
  checkTuningWritable(file);
  const tuning = await withInterrupt((signal) => measureTuning(file, options, signal));
  if (tuning) writeTuning(file, tuning);
  return tuning !== undefined;
}

function filesOf({ files, cached, milliseconds }: BuildResult): string[] {
  const shown = files.filter(({ name }) => name !== ".gitignore" && name !== "package.json");
  const width = Math.max(...shown.map(({ name }) => name.length));
  const rows = shown.map(({ name, bytes }) => `  ${name.padEnd(width)}  ${formatBytes(bytes).padStart(10)}`);
  return [...rows, `${cached ? "from the cache" : "compiled"} in ${formatSeconds(milliseconds / 1000)}`];
}
