import type { DiagnosticCode, DiagnosticDefinition } from "../../grammar/index.ts";
import { syntaxDiagnostics } from "../../grammar/index.ts";
import { checkDiagnostics } from "../check/diagnostics.ts";
import type { Rule, Subject } from "./rule.ts";
import { rules } from "./rules/registry.ts";
import { suppressionDiagnostics } from "./suppression-diagnostics.ts";

/** Warnings that the parser and the checker give as they go: the linter shows them under the same configuration. */
const warnings: readonly Subject[] = [
  { code: "CNN118", name: "stray-documentation", set: "recommended" },
  { code: "CNN207", name: "unused-value", set: "recommended" },
  { code: "CNN236", name: "unused-block", set: "recommended" },
  { code: "CNN245", name: "unused-import", set: "recommended" },
  { code: "CNN307", name: "pool-loses-pixels", set: "recommended" },
  { code: "CNN355", name: "incoming-channels-written", set: "recommended" },
  { code: "CNN356", name: "channels-last", set: "recommended" },
  { code: "CNN358", name: "silent-bands", set: "recommended" },
];

/** What the linter says of the comments that it obeys. */
const ofSuppressions: readonly Subject[] = [
  { code: "CNN591", name: "suppression-without-reason", set: "recommended" },
  { code: "CNN592", name: "suppression-of-nothing", set: "recommended" },
  { code: "CNN593", name: "unused-suppression", set: "recommended" },
  { code: "CNN594", name: "forbidden-suppression", set: "recommended" },
];

/** Everything whose severity a configuration can set, in the order of the codes. */
export const subjects: readonly Subject[] = [...warnings, ...rules, ...ofSuppressions];

/** All that can be reported of a file, by code. */
export const catalogue: Readonly<Record<DiagnosticCode, DiagnosticDefinition>> = {
  ...syntaxDiagnostics,
  ...checkDiagnostics,
  ...Object.fromEntries(rules.map((rule: Rule) => [rule.code, rule])),
  ...suppressionDiagnostics,
};

/** The subject that a word means: a code or a name. */
export function findSubject(word: string): Subject | undefined {
  return subjects.find(({ code, name }) => code === word || name === word);
}

/** Suppressions are no way around the rules for suppressions. */
export function isSuppressible({ code }: Subject): boolean {
  return !(code in suppressionDiagnostics);
}
