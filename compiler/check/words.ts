import { didYouMean } from "../../grammar/index.ts";
import type { DiagnosticExtras, Identifier } from "../../grammar/index.ts";
import type { Definition } from "../opkit/operator.ts";
import { registry } from "../ops/registry.ts";
import { advice } from "./advice-table.ts";
import { functionNames } from "./constants/functions.ts";
import type { ModelContext } from "./context.ts";
import { bindingNouns } from "./scope.ts";
import { synonyms } from "./synonyms-table.ts";

export type Kind = Definition["kind"];
export type DefinitionOf<K extends Kind> = Extract<Definition, { kind: K }>;

export const kindNouns: Readonly<Record<Kind, string>> = {
  operator: "an operator",
  loss: "a loss",
  optimizer: "an optimizer",
  schedule: "a schedule",
  clip: "a gradient clip",
  initializer: "an initializer",
  augmentation: "an augmentation",
};

/** How a word of each kind is used where it belongs. */
const usage: Readonly<Record<Kind, (word: string) => string>> = {
  operator: (word) => `operators stand in a chain: \`value -> ${word}\``,
  loss: (word) => `losses stand in the \`train\` section: \`loss = ${word}(value, output)\``,
  optimizer: (word) => `optimizers stand in the \`train\` section: \`optimizer = ${word}(…)\``,
  schedule: (word) => `schedules stand in the \`train\` section: \`schedule = ${word}\``,
  clip: (word) => `gradient clips stand in the \`train\` section: \`clip = ${word}(…)\``,
  initializer: (word) => `initializers are arguments of layers: \`init=${word}\``,
  augmentation: (word) => `augmentations stand in the \`train\` section: \`augment image -> ${word}(…)\``,
};

/** The definition of the wanted kind that a word names; reports why there is none. */
export function resolveWord<K extends Kind>(word: Identifier, kind: K, c: ModelContext): DefinitionOf<K> | undefined {
  const { name, span } = word;
  const found = registry.get(name);
  if (found?.kind === kind) return found as DefinitionOf<K>;
  if (found !== undefined) {
    const holes = { name, found: kindNouns[found.kind], expected: kindNouns[kind] };
    c.reporter.add("CNN203", span, holes, { help: usage[found.kind](name) });
    return undefined;
  }
  if (c.blocks.has(name)) {
    c.reporter.add("CNN203", span, { name, found: "a block", expected: kindNouns[kind] });
    return undefined;
  }
  const binding = c.scope.get(name);
  if (binding !== undefined) {
    // A value in error was reported where it is defined.
    if (binding.kind === "value" && binding.value.kind === "unknown") return undefined;
    const notes = [{ span: binding.span, message: `\`${name}\` is defined here` }];
    const holes = { name, found: bindingNouns[binding.kind], expected: kindNouns[kind] };
    const isJoined = kind === "operator" && binding.kind !== "output";
    const help = isJoined ? `two values are joined by an operator: \`… -> add(${name})\`` : undefined;
    c.reporter.add("CNN203", span, holes, { notes, help });
    return undefined;
  }
  if (functionNames.includes(name)) c.reporter.add("CNN229", span, { name }, poolingFor(name));
  else c.reporter.add("CNN202", span, { kind, name }, suggestion(word, candidatesFor(kind, c), kind !== "operator"));
  return undefined;
}

/** `-> max` is most likely a pooling. */
function poolingFor(name: string): DiagnosticExtras {
  const pools = wordsOf("operator").filter((word) => word.startsWith(`${name}_pool`) || word === `global_${name}_pool`);
  return pools.length > 0 ? { help: `of pictures ${listOf(pools)}` } : {};
}

/** What may stand where a word of a kind is expected: blocks and shared layers stand where operators do. */
function candidatesFor(kind: Kind, { blocks, scope }: ModelContext): string[] {
  return kind === "operator" ? [...scope.shared(), ...blocks.keys(), ...wordsOf(kind)] : wordsOf(kind);
}

/** `main` and `skip`, in quotes. */
export function listOuts(outs: readonly string[]): string {
  const quoted = outs.map((out) => `\`${out}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}

export function wordsOf(kind: Kind): string[] {
  return [...registry.values()].filter((definition) => definition.kind === kind).map(({ name }) => name);
}

/** A fix that replaces a word, or what to do instead, or the list of what there is when nothing is near. */
export function suggestion(word: Identifier, candidates: Iterable<string>, list = false): DiagnosticExtras {
  const { name, span } = word;
  const names = [...candidates];
  const other = names.find((candidate) => isOtherWordFor(name, candidate));
  const help = other === undefined ? instead(name) : undefined;
  if (help !== undefined) return { help };
  const meant = other ?? didYouMean(name, names);
  if (meant !== undefined) return { fix: { title: `did you mean \`${meant}\`?`, edits: [{ span, text: meant }] } };
  return list && names.length > 0 ? { help: listOf(names) } : {};
}

function instead(name: string): string | undefined {
  const key = wordKey(name);
  return Object.entries(advice).find(([word]) => wordKey(word) === key)?.[1];
}

export function listOf(names: readonly string[]): string {
  return `there ${names.length === 1 ? "is" : "are"} ${names.map((item) => `\`${item}\``).join(", ")}`;
}

/** What is left of a word where tools differ in spelling alone: `BatchNorm2d`, `batch_norm` and `batchnorm` are one. */
export function wordKey(word: string): string {
  return word
    .replace(/(_?[123]d|layer)$/i, "")
    .replaceAll("_", "")
    .toLowerCase();
}

function isOtherWordFor(word: string, candidate: string): boolean {
  const key = wordKey(word);
  if (key === "" || candidate === word) return false;
  const others = Object.hasOwn(synonyms, candidate) ? synonyms[candidate]! : [];
  return wordKey(candidate) === key || others.some((other) => wordKey(other) === key);
}
