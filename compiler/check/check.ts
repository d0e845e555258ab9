import { didYouMean, span } from "../../grammar/index.ts";
import type { Diagnostic, File, Model } from "../../grammar/index.ts";
import { checkModel } from "./model.ts";
import type { Overrides } from "./parameters.ts";
import type { CheckedModel } from "./program.ts";
import { Reporter } from "./reporter.ts";
import { cppWords, javaScriptWords } from "./reserved-names-table.ts";
import { listOf } from "./words.ts";

export interface CheckOptions {
  /** Check this model only. */
  readonly model?: string | undefined;
  /** The caller goes on with one model: several, without a choice, are an error. */
  readonly single?: boolean | undefined;
  /** Values for parameters of models, instead of their defaults. */
  readonly set?: Overrides | undefined;
}

export interface CheckResult {
  /** Those without errors, in the order of the file. */
  readonly models: readonly CheckedModel[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks names, types, shapes and budgets of a file that parsed without errors. */
export function check(file: File, options: CheckOptions = {}): CheckResult {
  const reporter = new Reporter();
  reportDeclarations(file, reporter);
  const chosen = choose(file, options, reporter);
  const set = options.set ?? {};
  reportUnknownOverrides(chosen, set, reporter);
  const blocks = new Map(file.blocks.map((block) => [block.name.name, block]));
  const results = chosen.map((model) => checkModel(model, set, blocks));
  const models = results.flatMap(({ model }) => model ?? []);
  const diagnostics = [...reporter.diagnostics, ...results.flatMap((result) => result.diagnostics)];
  return { models: reporter.errors > 0 ? [] : models, diagnostics };
}

function reportDeclarations(file: File, reporter: Reporter): void {
  for (const { span: place } of file.imports) reporter.add("CNN253", place, {});
  for (const { name } of file.blocks) reporter.add("CNN250", name.span, {});
  for (const { name } of file.models) {
    const language = javaScriptWords.has(name.name) ? "TypeScript" : cppWords.has(name.name) ? "C++" : undefined;
    if (language !== undefined) reporter.add("CNN230", name.span, { name: name.name, language });
  }
  const declared = new Map<string, Model | File["blocks"][number]>();
  const inOrder = [...file.blocks, ...file.models].sort((a, b) => a.span.start - b.span.start);
  for (const declaration of inOrder) {
    const { name, span: place } = declaration.name;
    const first = declared.get(name);
    if (first === undefined) declared.set(name, declaration);
    else {
      const notes = [{ span: first.name.span, message: `\`${name}\` is declared here` }];
      const what = first.kind === "Model" ? "a model" : "a block";
      reporter.add("CNN204", place, { name, what }, { notes });
    }
  }
}

function choose(
  { models, blocks, span: whole }: File,
  { model, single }: CheckOptions,
  reporter: Reporter,
): readonly Model[] {
  const start = span(whole.file, 0, 0);
  if (models.length === 0) {
    if (blocks.length === 0) reporter.add("CNN220", start, {});
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
