import { tokenTable } from "./table.ts";
import type { TokenEntry } from "./table.ts";

interface TextMateRule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly TextMateRule[];
}

export interface TextMateGrammar {
  readonly $schema: string;
  readonly name: string;
  readonly scopeName: string;
  readonly fileTypes: readonly string[];
  readonly patterns: readonly TextMateRule[];
}

/** What the table cannot say: names where they are declared, called, or set as options. */
const uses: readonly TextMateRule[] = [
  {
    match: "\\b(model|block)\\s+([A-Za-z_]\\w*)(?=\\s*[({])",
    captures: { 1: { name: "storage.type.cnn" }, 2: { name: "entity.name.type.cnn" } },
  },
  {
    match: "\\b(input|output)\\s+([A-Za-z_]\\w*)\\s*(:)\\s*([A-Za-z_]\\w*)",
    captures: {
      1: { name: "storage.modifier.cnn" },
      2: { name: "variable.other.cnn" },
      3: { name: "punctuation.cnn" },
      4: { name: "support.type.cnn" },
    },
  },
];
const names: readonly TextMateRule[] = [
  { name: "entity.name.function.cnn", match: "(?<=->)\\s*[A-Za-z_]\\w*" },
  { name: "entity.name.function.cnn", match: "[A-Za-z_]\\w*(?=\\s*\\()" },
  { name: "variable.parameter.cnn", match: "[A-Za-z_]\\w*(?==(?!=))" },
];

/** The grammar that editors colour by, made from the token table. */
export function textMateGrammar(): TextMateGrammar {
  const entries: readonly TokenEntry[] = tokenTable;
  const of = (...kinds: TokenEntry["kind"][]): readonly TextMateRule[] =>
    entries.filter((entry) => kinds.includes(entry.kind) && entry.name !== "Whitespace").map(ruleOf);
  return {
    $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
    name: "cnn",
    scopeName: "source.cnn",
    fileTypes: ["cnn"],
    patterns: [
      ...of("trivia", "literal", "reserved"),
      ...uses,
      ...of("contextual"),
      ...names,
      ...of("operator", "delimiter", "word"),
    ],
  };
}

function ruleOf(entry: TokenEntry): TextMateRule {
  const name = `${entry.scope}.cnn`;
  if (entry.name === "BlockComment") return { name, begin: "/\\*", end: "\\*/" };
  if (entry.name === "String") {
    const escape = { name: "constant.character.escape.cnn", match: '\\\\["\\\\nt]' };
    return { name, begin: '"', end: '"|$', patterns: [escape] };
  }
  if (entry.name === "Identifier") return { name, match: "[A-Za-z_]\\w*" };
  if (entry.kind === "reserved") return { name, match: `\\b${String(entry.pattern)}\\b` };
  if (entry.editor !== undefined) {
    const { before, after } = entry.editor;
    return { name, match: `${before === undefined ? "" : `(?<=${before})`}\\b${String(entry.pattern)}\\b(?=${after})` };
  }
  return { name, match: typeof entry.pattern === "string" ? escaped(entry.pattern) : entry.pattern.source };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
