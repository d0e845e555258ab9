import { check } from "../check/check.ts";
import type { CheckedModel } from "../check/program.ts";
import { parse } from "../../grammar/index.ts";
import type { Diagnostic, SourceFile } from "../../grammar/index.ts";
import { CliError } from "./cli-error.ts";
import { hasErrors } from "./diagnostics-output.ts";
import type { CommonOptions } from "./options.ts";
import { loadSource, readSource } from "./source.ts";

export interface Front {
  readonly models: readonly CheckedModel[];
  readonly diagnostics: readonly Diagnostic[];
  /** The file itself, then the imports and labels that it read. */
  readonly sources: readonly SourceFile[];
}

/** Reads, parses and checks a file; what does not parse is not checked. */
export function frontOf(path: string, { model, set }: CommonOptions, single: boolean): Front {
  const source = readSource(path);
  const parsed = parse(source);
  if (hasErrors(parsed.diagnostics)) return { models: [], diagnostics: parsed.diagnostics, sources: [source] };
  const { models, diagnostics, sources } = check(parsed.ast, { model, set, single, load: loadSource });
  return { models, diagnostics: [...parsed.diagnostics, ...diagnostics], sources: [source, ...sources] };
}

/** The one model that a command works on. */
export function onlyModel<M>(models: readonly M[], path: string): M {
  const [model] = models;
  if (model === undefined) throw new CliError(`${path} has no model`);
  return model;
}
