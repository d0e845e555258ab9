import { diagnostic, parse } from "../../grammar/index.ts";
import type { Diagnostic, File, SourceFile, Span } from "../../grammar/index.ts";
import { check } from "../check/check.ts";
import type { CheckOptions } from "../check/check.ts";
import type { CheckedModel, Layer } from "../check/program.ts";
import { useNotes } from "../check/values.ts";
import { levelOf } from "./config.ts";
import type { LintConfig } from "./config.ts";
import { Network } from "./network.ts";
import type { Report, Rule } from "./rule.ts";
import { rules } from "./rules/registry.ts";
import { findSubject } from "./subjects.ts";
import { suppressionsOf, unusedSuppression } from "./suppressions.ts";
import type { Suppression } from "./suppressions.ts";
import { Syntax } from "./syntax.ts";

export type LintOptions = Pick<CheckOptions, "load" | "set" | "model"> & { readonly config: LintConfig };

/** A report that a comment in the file suppresses. */
export interface Suppressed {
  readonly diagnostic: Diagnostic;
  readonly reason: string;
}

export interface LintResult {
  readonly findings: readonly Diagnostic[];
  readonly suppressed: readonly Suppressed[];
  readonly models: readonly CheckedModel[];
}

/** Everything there is to say about a file: what `check` reports, and what the rules find. */
export function lint(source: SourceFile, options: LintOptions): LintResult {
  const { config } = options;
  const { ast, diagnostics: syntax } = parse(source);
  if (hasErrors(syntax)) return { findings: syntax, suppressed: [], models: [] };
  const { models, diagnostics: checked } = check(ast, options);
  const failed = hasErrors(checked);
  const ofRules = [...inFile(ast, config), ...(failed ? [] : inModels(ast, models, config))];
  const found = configured([...syntax, ...checked, ...ofRules], config);
  const { findings, suppressed, reports } = suppress(found, ast, config, !failed && models.length > 0);
  return { findings: [...findings, ...configured(reports, config)], suppressed, models };
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

function activeRules(config: LintConfig): readonly Rule[] {
  return rules.filter((rule) => levelOf(rule, config) !== "off");
}

function inFile(file: File, config: LintConfig): Diagnostic[] {
  return activeRules(config).flatMap((rule) => reportsOf(rule, (report) => rule.checkFile?.(file, report)));
}

function inModels(file: File, models: readonly CheckedModel[], config: LintConfig): Diagnostic[] {
  const syntax = new Syntax(file);
  const networks = models.map((model) => new Network(model));
  return activeRules(config).flatMap((rule) =>
    reportsOf(rule, (report) => networks.forEach((network) => rule.checkModel?.({ network, syntax, report }))),
  );
}

/** What a rule reports: once for each place, however many layers or models it stands for. */
function reportsOf(rule: Rule, find: (report: Report<string>) => void): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  find((at, holes, extras = {}) => {
    const [place, notes] = isLayer(at) ? [at.span, useNotes(at.use)] : [at, []];
    const key = `${place.start} ${place.end} ${place.file.path}`;
    const all = { ...extras, notes: [...(extras.notes ?? []), ...notes] };
    if (!found.has(key)) found.set(key, diagnostic({ [rule.code]: rule }, rule.code, place, holes, all));
  });
  return [...found.values()];
}

function isLayer(at: Span | Layer): at is Layer {
  return "operator" in at;
}

/** Gives reports the severities of the configuration, and leaves out those that are off. */
function configured(diagnostics: readonly Diagnostic[], config: LintConfig): Diagnostic[] {
  return diagnostics.flatMap((report) => {
    const subject = findSubject(report.code);
    if (subject === undefined) return report;
    const level = levelOf(subject, config);
    return level === "off" ? [] : { ...report, severity: level };
  });
}

interface Sifted {
  readonly findings: readonly Diagnostic[];
  readonly suppressed: readonly Suppressed[];
  /** On the suppressions of the file itself. */
  readonly reports: readonly Diagnostic[];
}

/** Suppressions stand in the file where the report is, which may be an imported one. */
function suppress(found: readonly Diagnostic[], main: File, config: LintConfig, isWhole: boolean): Sifted {
  const files = new Map<SourceFile, readonly Suppression[]>();
  const own = suppressionsOf(main, config);
  files.set(main.span.file, own.list);
  const used = new Set<Suppression>();
  const findings: Diagnostic[] = [];
  const suppressed: Suppressed[] = [];
  for (const report of found) {
    const { file, start } = report.span;
    if (!files.has(file)) files.set(file, suppressionsOf(parse(file).ast, config).list);
    const { line } = file.position(start);
    const by = files.get(file)!.filter((entry) => entry.code === report.code && entry.line === line);
    for (const entry of by) used.add(entry);
    if (by.length === 0) findings.push(report);
    else suppressed.push({ diagnostic: report, reason: by[0]!.reason });
  }
  const unused = isWhole ? own.list.filter((entry) => !used.has(entry)) : [];
  return { findings, suppressed, reports: [...own.diagnostics, ...unused.map(unusedSuppression)] };
}
