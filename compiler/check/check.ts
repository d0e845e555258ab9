import { didYouMean, span } from "../../grammar/index.ts";
import type { Diagnostic, File, Model, SourceFile } from "../../grammar/index.ts";
import { Files } from "./files.ts";
import type { Loader } from "./files.ts";
import { checkModel } from "./model.ts";
import { Modules } from "./modules.ts";
import type { Overrides } from "./parameters.ts";
import type { CheckedModel } from "./program.ts";
import { Reporter, Stopped } from "./reporter.ts";
import { cppWords, javaScriptWords } from "./reserved-names-table.ts";
import { listOf } from "./words.ts";

export interface CheckOptions {
  /** Check this model only. */
  readonly model?: string | undefined;
  /** The caller goes on with one model: several, without a choice, are an error. */
  readonly single?: boolean | undefined;
  /** Values for parameters of models, instead of their defaults. */
  readonly set?: Overrides | undefined;
  /** Gives the files that the text names, by their paths; without it there are none. */
  readonly load?: Loader | undefined;
}

export interface CheckResult {
  /** Those without errors, in the order of the file. */
  readonly models: readonly CheckedModel[];
  readonly diagnostics: readonly Diagnostic[];
  /** The other files that were read: imports and labels. */
  readonly sources: readonly SourceFile[];
}

/** Checks names, types, shapes and budgets of a file that parsed without errors. */
export function check(file: File, options: CheckOptions = {}): CheckResult {
  const reporter = new Reporter();
  const files = new Files(options.load);
  try {
    return checkFile(file, options, files, reporter);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return { models: [], diagnostics: reporter.diagnostics, sources: files.sources };
  }
}

function checkFile(file: File, options: CheckOptions, files: Files, reporter: Reporter): CheckResult {
  reportNames(file, reporter);
  const { words } = new Modules(files, reporter).open(file);
  const chosen = choose(file, options, reporter);
  const set = options.set ?? {};
  reportUnknownOverrides(chosen, set, reporter);
  const results = chosen.map((model) => checkModel(model, set, words, (path) => files.read(path)));
  const models = results.flatMap(({ model }) => model ?? []);
  const diagnostics = [...reporter.diagnostics, ...results.flatMap((result) => result.diagnostics)];
  return { models: reporter.errors > 0 ? [] : models, diagnostics: once(diagnostics), sources: files.sources };
}

/** Models that use the same block say the same of it. */
function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message, span: { file, start, end } }) => {
    const key = JSON.stringify([code, message, file.path, start, end]);
    return !seen.has(key) && seen.add(key);
  });
}

function reportNames(file: File, reporter: Reporter): void {
  for (const { name } of file.models) {
    const language = javaScriptWords.has(name.name) ? "TypeScript" : cppWords.has(name.name) ? "C++" : undefined;
    if (language !== undefined) reporter.add("CNN230", name.span, { name: name.name, language });
  }
}

function choose(
  { models, blocks, span: whole }: File,
  { model, single }: CheckOptions,
  reporter: Reporter,
): readonly Model[] {
  const start = span(whole.file, 0, 0);
  if (models.length === 0) {
    if (blocks.length === 0 || single) reporter.add("CNN220", start, {});
    return [];
  }
  if (model !== undefined) {
    const found = models.filter(({ name }) => name.name === model);
    if (found.length > 0) return found.slice(0, 1);
    const names = models.map(({ name }) => name.name);
    const meant = didYouMean(model, names);
    const help = meant ? `did you mean \`${meant}\`?` : listOf(names);
    reporter.add("CNN222", models[0]!.name.span, { name: model }, { help });
    return [];
  }
  if (single && models.length > 1) {
    const notes = models.slice(1).map(({ name }) => ({ span: name.span, message: `\`${name.name}\`` }));
    const help = `choose with \`--model ${models[0]!.name.name}\``;
    reporter.add("CNN221", models[0]!.name.span, { count: models.length }, { notes, help });
  }
  return models;
}

function reportUnknownOverrides(models: readonly Model[], set: Overrides, reporter: Reporter): void {
  const [first] = models;
  if (first === undefined) return;
  const names = models.flatMap(({ parameters }) => parameters.map(({ name }) => name.name));
  for (const name of Object.keys(set)) {
    if (names.includes(name)) continue;
    const meant = didYouMean(name, names);
    const list = names.length === 0 ? "it has none" : `it has ${names.map((item) => `\`${item}\``).join(", ")}`;
    const help = meant ? `did you mean \`${meant}\`?` : list;
    reporter.add("CNN225", first.name.span, { model: first.name.name, name }, { help });
  }
}
