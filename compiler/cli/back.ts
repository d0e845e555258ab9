import { nativeIsa } from "../build/toolchain.ts";
import { compile } from "../compile.ts";
import type { CompiledModel } from "../compile.ts";
import { targets } from "../passes/targets.ts";
import type { Target } from "../ir/plan.ts";
import { diagnosticsAsJson, hasErrors, printDiagnostics } from "./diagnostics-output.ts";
import type { TargetOptions } from "./options.ts";
import { loadSource, readSource } from "./source.ts";
import { printJson } from "./terminal.ts";

/** The compiled models of a file, or nothing when findings were printed. */
export function compileFile(
  file: string,
  options: TargetOptions,
  single: boolean,
): readonly CompiledModel[] | undefined {
  const { model, set, json, quiet, isa = nativeIsa(), augment } = options;
  const { models, diagnostics } = compile(readSource(file), {
    ...{ model, set, single, isa, augment },
    load: loadSource,
  });
  const failed = hasErrors(diagnostics);
  if (failed && json) printJson({ diagnostics: diagnosticsAsJson(diagnostics) });
  else if (failed || !quiet) printDiagnostics(diagnostics, process.stderr);
  return failed ? undefined : models;
}

export function targetOf({ isa }: TargetOptions): Target {
  return targets[isa ?? nativeIsa()];
}
