import { didYouMean } from "../../grammar/index.ts";
import { catalogue, findSubject, subjects } from "./subjects.ts";
import type { RuleSet, Subject } from "./rule.ts";

export const levels = ["off", "warning", "error"] as const;
export const ruleSets = ["recommended", "strict"] as const satisfies readonly RuleSet[];
export const suppressionModes = ["allow", "forbid"] as const;

export type Level = (typeof levels)[number];

/** What `lint` in `cnnc.config.json` says, with names resolved to codes. */
export interface LintConfig {
  readonly extends: RuleSet;
  readonly rules: ReadonlyMap<string, Level>;
  readonly suppressions: (typeof suppressionModes)[number];
}

export const defaultConfig: LintConfig = { extends: "recommended", rules: new Map(), suppressions: "allow" };

/** A configuration that does not say what it must: `where` is the path of keys, `lint.rules.CNN502`. */
export class ConfigError extends Error {
  readonly where: string;
  readonly mend: string;

  constructor(where: string, message: string, mend: string) {
    super(message);
    this.where = where;
    this.mend = mend;
  }
}

/** Whether a subject is reported, and how. */
export function levelOf({ code, set }: Subject, config: LintConfig): Level {
  const given = config.rules.get(code);
  if (given !== undefined) return given;
  const isIn = set === "recommended" || config.extends === "strict";
  return isIn && catalogue[code]!.severity === "error" ? "error" : isIn ? "warning" : "off";
}

/** Reads the text of a `cnnc.config.json`. */
export function readConfig(text: string): LintConfig {
  const file = membersOf(parseJson(text), "", ["$schema", "lint"]);
  if (file["$schema"] !== undefined && typeof file["$schema"] !== "string")
    throw new ConfigError("$schema", `must be a text; found ${shown(file["$schema"])}`, "it is for editors");
  const lint = membersOf(file["lint"] ?? {}, "lint", ["extends", "rules", "suppressions"]);
  return {
    extends: oneOf(lint["extends"] ?? defaultConfig.extends, "lint.extends", ruleSets),
    rules: readRules(lint["rules"] ?? {}),
    suppressions: oneOf(lint["suppressions"] ?? defaultConfig.suppressions, "lint.suppressions", suppressionModes),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
  } catch (error) {
    throw new ConfigError("", `is no JSON: ${(error as Error).message}`, "JSON has no comments and no last comma");
  }
}

function readRules(value: unknown): ReadonlyMap<string, Level> {
  const rules = new Map<string, Level>();
  for (const [word, level] of Object.entries(membersOf(value, "lint.rules"))) {
    const where = `lint.rules.${word}`;
    const { code, name } = findSubject(word) ?? unknownRule(word, where);
    if (rules.has(code))
      throw new ConfigError(where, `${code} and ${name} are the same rule`, "name it once, by its code or its name");
    rules.set(code, oneOf(level, where, levels));
  }
  return rules;
}

function unknownRule(word: string, where: string): never {
  if (Object.hasOwn(catalogue, word)) {
    const message = `${word} is an error of the language; only warnings and rules have a severity that can be set`;
    throw new ConfigError(where, message, "remove it");
  }
  const names = subjects.map(({ name }) => name);
  const mend = suggestion(word, names, "docs/lint.md lists the rules");
  throw new ConfigError(where, `there is no rule called ${word}`, mend);
}

/** The members of an object, which may be those in `known` only. */
function membersOf(value: unknown, where: string, known?: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConfigError(where, `must be an object; found ${shown(value)}`, "write { … }");
  for (const key of Object.keys(value)) {
    if (known === undefined || known.includes(key)) continue;
    const mend = suggestion(key, known, `known here: ${known.join(", ")}`);
    throw new ConfigError(where === "" ? key : `${where}.${key}`, `there is no setting called ${key}`, mend);
  }
  return value as Readonly<Record<string, unknown>>;
}

function oneOf<Choice extends string>(value: unknown, where: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const list = choices.map((choice) => JSON.stringify(choice)).join(", ");
  const mend = suggestion(typeof value === "string" ? value : "", choices, `it is one of ${list}`);
  throw new ConfigError(where, `must be one of ${list}; found ${shown(value)}`, mend);
}

function suggestion(word: string, candidates: readonly string[], otherwise: string): string {
  const meant = didYouMean(word, candidates);
  return meant === undefined ? otherwise : `did you mean ${meant}?`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
