import type { Identifier } from "../../grammar/index.ts";
import type { Operator } from "../opkit/operator.ts";
import type { ModelContext } from "./context.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import type { Instance } from "./instance.ts";
import { registry } from "../ops/registry.ts";
import { resolveWord } from "./words.ts";

/** What can stand behind `->` and in front of `(`. */
export type Callee =
  | { readonly kind: "operator"; readonly operator: Operator }
  | { readonly kind: "block"; readonly block: DeclaredBlock }
  | { readonly kind: "shared"; readonly name: string; readonly instance: Instance | undefined };

/** What a word does to a value; reports one that does nothing. */
export function resolveCallee(word: Identifier, c: ModelContext): Callee | undefined {
  const { name, span } = word;
  const binding = c.scope.get(name);
  if (binding?.kind === "shared") return { kind: "shared", name, instance: binding.instance };
  const block = c.blocks.get(name);
  if (block !== undefined) return { kind: "block", block };
  const later = c.scope.later(name);
  if (later !== undefined && !registry.has(name)) {
    const notes = [{ span: later, message: `\`${name}\` is defined here` }];
    c.reporter.add("CNN205", span, { name }, { notes });
    return undefined;
  }
  const operator = resolveWord(word, "operator", c);
  return operator && { kind: "operator", operator };
}
