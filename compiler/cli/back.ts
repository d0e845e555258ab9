import { nativeCpu } from "../build/toolchain.ts";
import { compile } from "../compile.ts";
import type { CompiledModel } from "../compile.ts";
import { levels, targetFor, tunedTarget } from "../passes/targets.ts";
import type { Target } from "../ir/plan.ts";
import { CliError } from "./cli-error.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "./diagnostics-output.ts";
import type { TargetOptions } from "./options.ts";
import { loadSource, readSource } from "./source.ts";
import { printJson } from "./terminal.ts";
import { readTuning } from "./tuning-file.ts";

/** The compiled models of a file, or nothing when findings were printed. */
export function compileFile(
  file: string,
  options: TargetOptions,
  single: boolean,
): readonly CompiledModel[] | undefined {
  const { model, set, json, quiet, augment, profiled } = options;
  const { models, diagnostics } = compile(readSource(file), {
    ...{ model, set, single, augment, ...(profiled && { profiled }) },
    tuning: options.tuning ?? readTuning(file),
    cpus: levelsOf(options),
    load: loadSource,
  });
  const failed = hasErrors(diagnostics);
  if (failed && json) printJson({ diagnostics: diagnosticsAsJson(diagnostics) });
  else if (failed || !quiet) printDiagnostics(diagnostics, process.stderr);
  return failed ? undefined : models;
}

/** `native` is resolved before anything depends on it: caches are keyed by what a machine runs, not by its name. */
export function levelsOf({ target = "cpu", cpu, precision }: TargetOptions): readonly Target["level"][] {
  if (target === "cuda") {
    if (cpu !== undefined) throw new CliError("--cpu chooses among processors, --target cuda is none", "leave one out");
    return [`cuda-${precision ?? "f32"}`];
  }
  if (precision !== undefined)
    throw new CliError("--precision is of CUDA devices; processors compute in f32", "say --target cuda too");
  const names = (cpu ?? ["native"]).map((name) => (name === "native" ? nativeCpu() : name));
  const [first, ...others] = levels.filter(({ level }) => names.includes(level));
  const other = others.find(({ architecture }) => architecture !== first!.architecture);
  if (other)
    throw new CliError(
      `${first!.level} and ${other.level} are two architectures, and an addon is for one`,
      "build once for each, into a folder of its own (--out)",
    );
  return names;
}

/** Of the one level that a command shows, with what was measured for the file's layers. */
export function targetOf(file: string, options: TargetOptions): Target {
  return tunedTarget(targetFor(levelsOf(options)[0]!), readTuning(file));
}
