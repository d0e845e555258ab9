import { createToken, Lexer } from "chevrotain";
import type { TokenType } from "chevrotain";
import { lookalikes } from "./lookalikes.ts";
import type { Lookalike } from "./lookalikes.ts";
import { tokenTable } from "./table.ts";
import type { TokenCategory, TokenEntry } from "./table.ts";

/** The token types by name, as the parser uses them. */
export interface Vocabulary {
  readonly types: ReadonlyMap<string, TokenType>;
  /** In the order in which the lexer tries them. */
  readonly ordered: readonly TokenType[];
  readonly lookalikeOf: ReadonlyMap<TokenType, Lookalike>;
}

/** Tokens that are wrong from the start; each is read as what it was meant to be. */
const malformed: readonly { name: string; pattern: RegExp; means?: string; group?: string }[] = [
  { name: "OpenComment", pattern: /\/\*[\s\S]*/, group: "comments" },
  { name: "OpenString", pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*/, means: "String" },
  { name: "DotAtEnd", pattern: /\d+\.(?![\d.])/, means: "Number" },
  // Whatever no other token begins with; tried last. chevrotain sorts tokens by their first characters, which it cannot
  // see in a negated class: so control characters are listed.
  // eslint-disable-next-line no-control-regex -- stray control characters are what it looks for
  { name: "Stray", pattern: /[\u0080-\uffff]+|[@$?\\^`~&|'\x00-\x08\x0e-\x1f\x7f]+/, group: "strays" },
  { name: "DotAtStart", pattern: /\.\d+(?:[eE][+-]?\d+)?(?:[A-Za-z_]\w*)?/, means: "Number" },
];

/** Malformed tokens that must be tried before the well-formed token whose start they share. */
const before: Readonly<Record<string, string>> = { Number: "DotAtEnd", Dot: "DotAtStart" };

export const vocabulary: Vocabulary = buildVocabulary();

export function tokenType(name: string): TokenType {
  const found = vocabulary.types.get(name);
  if (found === undefined) throw new Error(`no token is called ${name}`);
  return found;
}

function buildVocabulary(): Vocabulary {
  const types = new Map<string, TokenType>();
  const add = (type: TokenType): TokenType => {
    types.set(type.name, type);
    return type;
  };
  const categories: readonly TokenCategory[] = ["BinaryOperator", "PrefixOperator"];
  for (const name of categories) add(createToken({ name, pattern: Lexer.NA, label: "an operator" }));
  const entries: readonly TokenEntry[] = tokenTable;
  const identifier = add(tokenOf(entries.at(-1) as TokenEntry, types));
  for (const entry of entries.slice(0, -1)) add(tokenOf(entry, types));
  for (const { name, pattern, means, group } of malformed) {
    const extra = group === undefined ? {} : { group };
    add(createToken({ name, pattern, categories: meaning(means, types), ...extra }));
  }
  const lookalikeOf = new Map<TokenType, Lookalike>();
  for (const entry of lookalikes) {
    const dropped = entry.means === undefined ? { group: "dropped" } : {};
    const type = createToken({
      name: entry.name,
      pattern: entry.pattern,
      categories: meaning(entry.means, types),
      ...dropped,
    });
    lookalikeOf.set(add(type), entry);
  }
  return { types, ordered: lexerOrder(types, identifier), lookalikeOf };
}

function meaning(name: string | undefined, types: ReadonlyMap<string, TokenType>): TokenType[] {
  const type = name === undefined ? undefined : types.get(name);
  return type === undefined ? [] : [type, ...(type.CATEGORIES ?? [])];
}

function tokenOf(entry: TokenEntry, types: ReadonlyMap<string, TokenType>): TokenType {
  const identifier = types.get("Identifier");
  const label = entry.label ?? `\`${String(entry.pattern)}\``;
  const categories = (entry.categories ?? []).flatMap((name) => types.get(name) ?? []);
  switch (entry.kind) {
    case "trivia": {
      const group = entry.name === "Whitespace" ? Lexer.SKIPPED : "comments";
      return createToken({ name: entry.name, pattern: entry.pattern, group, line_breaks: true });
    }
    case "contextual":
      return createToken({ name: entry.name, pattern: Lexer.NA, label, categories: identifier ? [identifier] : [] });
    case "reserved":
      return createToken({
        name: entry.name,
        pattern: entry.pattern,
        label,
        categories,
        ...(identifier ? { longer_alt: identifier } : {}),
      });
    case "literal":
    case "operator":
    case "delimiter":
    case "word":
      return createToken({ name: entry.name, pattern: entry.pattern, label, categories });
  }
}

/** Well-formed tokens in the order of the table, lookalikes before what they begin with, then the words. */
function lexerOrder(types: ReadonlyMap<string, TokenType>, identifier: TokenType): TokenType[] {
  const order: TokenType[] = [];
  const put = (type: TokenType | undefined): void => {
    if (type !== undefined && !order.includes(type)) order.push(type);
  };
  for (const { name } of lookalikes) if (name === "FatArrow" || name === "ColonAssign") put(types.get(name));
  for (const entry of tokenTable as readonly TokenEntry[]) {
    put(types.get(before[entry.name] ?? ""));
    if (entry !== tokenTable.at(-1)) put(types.get(entry.name));
    if (entry.name === "BlockComment") put(types.get("OpenComment"));
    if (entry.name === "String") put(types.get("OpenString"));
  }
  for (const { name } of lookalikes) put(types.get(name));
  put(identifier);
  for (const type of types.values()) put(type);
  return order;
}
