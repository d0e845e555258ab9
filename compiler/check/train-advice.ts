import { didYouMean, lineText } from "../../grammar/index.ts";
import type { DiagnosticExtras, Expression, Identifier, Train } from "../../grammar/index.ts";
import { registry } from "../ops/registry.ts";
import { insertBehind, replacement } from "./fixes.ts";
import { suggestion, wordKey, wordsOf } from "./words.ts";
import type { Kind } from "./words.ts";

/** A setting that is none: `lr` and the like are options of what a setting names. */
export function unknownSetting(name: Identifier, { settings }: Train, known: readonly string[]): DiagnosticExtras {
  for (const kind of ["optimizer", "schedule"] as const) {
    const given = settings.find((setting) => setting.name.name === kind)?.value;
    const first = given?.kind === "Call" ? given.callee.name : "";
    const owner = [first, ...wordsOf(kind)].find((word) => optionOf(word, name) !== undefined);
    if (owner === undefined) continue;
    return { help: `that is an option of the ${kind}: \`${kind} = ${owner}(${optionOf(owner, name)}=…)\`` };
  }
  return suggestion(name, known, true);
}

/** What an option is called that a word has, under this name or one that other tools use. */
function optionOf(word: string, name: Identifier): string | undefined {
  const options = Object.keys(registry.get(word)?.attributes ?? {});
  if (options.includes(name.name)) return name.name;
  return wordKey(name.name) === "learningrate" && options.includes("lr") ? "lr" : undefined;
}

const starters = { loss: undefined, optimizer: "adam(lr=0.001)" } as const;

/** An optimizer can be had for the asking; what is compared, only the author knows. */
export function missingSetting({ settings }: Train, missing: readonly (keyof typeof starters)[]): DiagnosticExtras {
  const last = settings.at(-1);
  if (missing.includes("loss")) return { help: "for example `loss = cross_entropy(logits, label)`" };
  if (last === undefined) return {};
  const { file, start } = last.span;
  const { line, column } = file.position(start);
  const indent = lineText(file, line).slice(0, column - 1);
  const text = `optimizer = ${starters.optimizer}`;
  const between = indent.trim() === "" ? `\n${indent}` : "  ";
  return { fix: { title: `add \`${text}\``, edits: [insertBehind(last.span, `${between}${text}`)] } };
}

/** `optimizer = "adam"`. */
export function wordInQuotes(kind: Kind, node: Expression): DiagnosticExtras {
  if (node.kind !== "String") return {};
  const word = wordsOf(kind).find((candidate) => wordKey(candidate) === wordKey(node.value));
  const meant = word ?? didYouMean(node.value, wordsOf(kind));
  if (meant === undefined) return { help: `a word stands without quotes: ${wordsOf(kind).join(", ")}` };
  const needs = Object.entries(registry.get(meant)!.attributes).filter(
    ([, { default: preset }]) => preset === undefined,
  );
  const text =
    needs.length === 0 ? meant : `${meant}(${needs.map(([name]) => `${name}=${initialOf(name)}`).join(", ")})`;
  return { fix: replacement(node.span, text, `write \`${text}\` without quotes`) };
}

/** `memory = "low"`, `memory = lwo`. */
export function wordMeant(node: Expression, words: readonly string[]): DiagnosticExtras {
  if (node.kind !== "String") return node.kind === "Name" ? suggestion({ ...node, kind: "Identifier" }, words) : {};
  const word = words.find((candidate) => candidate === node.value);
  return word === undefined ? {} : { fix: replacement(node.span, word, `write \`${word}\` without quotes`) };
}

/** A value to begin with for an option that must be given. */
function initialOf(name: string): string {
  return name === "lr" ? "0.05" : "1";
}
