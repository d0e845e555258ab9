/*
 * Every token of the language, once. The lexer, the editors' grammar and the table in docs/grammar.md are made
 * from this list. Order matters to the lexer: of two patterns that match, the earlier one wins.
 */

export type TokenKind = "trivia" | "literal" | "operator" | "delimiter" | "reserved" | "contextual" | "word";

export interface TokenEntry {
  readonly name: string;
  readonly kind: TokenKind;
  /** The exact text, or a pattern. */
  readonly pattern: string | RegExp;
  /** TextMate scope, without the language suffix. */
  readonly scope: string;
  readonly doc: string;
  /** How messages call the token; by default its text in backquotes. */
  readonly label?: string;
  /** The lexer's groups that the token belongs to. */
  readonly categories?: readonly TokenCategory[];
  /** Contextual words: what surrounds the word where it is a keyword, for editors. */
  readonly editor?: { readonly before?: string; readonly after: string };
}

export type TokenCategory = "BinaryOperator" | "PrefixOperator";

const binary = ["BinaryOperator"] as const;
const identifierPattern =
  /[A-Za-z_\u00aa\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u3040-\ud7ff][\w\u00aa\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u3040-\ud7ff]*/;

export const tokenTable = [
  trivia("Whitespace", /[ \t\r\n\f\v\u00a0\ufeff]+/, "meta.space", "separates tokens; newlines mean nothing"),
  trivia("DocComment", /\/\/\/(?!\/)[^\r\n]*/, "comment.line.documentation", "documents what follows"),
  trivia("LineComment", /\/\/[^\r\n]*/, "comment.line.double-slash", "a comment up to the end of the line"),
  trivia("BlockComment", /\/\*[\s\S]*?\*\//, "comment.block", "a comment; it does not nest"),

  literal(
    "String",
    /"(?:[^"\\\r\n]|\\[^\r\n])*"/,
    "string.quoted.double",
    'text; escapes are `\\"` `\\\\` `\\n` `\\t`',
    "a string",
  ),
  literal(
    "Number",
    /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:[A-Za-z_]\w*)?/,
    "constant.numeric",
    "digits on both sides of a dot, a unit glued on: `3` `0.5` `5e-4` `70K` `25ms`",
    "a number",
  ),

  operator("->", "Arrow", "keyword.operator.arrow", "passes a value on to the next link; binds loosest"),
  operator("..", "DotDot", "keyword.operator.range", "a range, both ends included", binary),
  operator("==", "Equal", "keyword.operator.comparison", "equal", binary),
  operator("!=", "NotEqual", "keyword.operator.comparison", "not equal", binary),
  operator("<=", "LessEqual", "keyword.operator.comparison", "at most", binary),
  operator(">=", "GreaterEqual", "keyword.operator.comparison", "at least", binary),
  operator("<", "Less", "keyword.operator.comparison", "less than", binary),
  operator(">", "Greater", "keyword.operator.comparison", "greater than", binary),
  operator("=", "Assign", "keyword.operator.assignment", "gives a name to a value, sets an option"),
  operator("+", "Plus", "keyword.operator.arithmetic", "sum", binary),
  operator("-", "Minus", "keyword.operator.arithmetic", "difference; before a value, its negative", [
    "BinaryOperator",
    "PrefixOperator",
  ]),
  operator("*", "Star", "keyword.operator.arithmetic", "product", binary),
  operator("/", "Slash", "keyword.operator.arithmetic", "exact quotient: a fractional size is an error", binary),
  operator("%", "Percent", "keyword.operator.arithmetic", "remainder", binary),

  delimiter("(", "LeftParen", "arguments, parameters, a value of its own"),
  delimiter(")", "RightParen", "closes `(`"),
  delimiter("[", "LeftBracket", "a list, the sizes of a type"),
  delimiter("]", "RightBracket", "closes `[`"),
  delimiter("{", "LeftBrace", "the body of a declaration, of `repeat` and of `if`"),
  delimiter("}", "RightBrace", "closes `{`"),
  delimiter(",", "Comma", "separates; one more at the end is fine"),
  delimiter(":", "Colon", "before the type of an input or output"),
  delimiter(".", "Dot", "an attribute of a value: `in.channels`"),

  reserved("in", "variable.language", "the incoming value of a block; `repeat c in list`; `tokens[n] in vocab`"),
  reserved("if", "keyword.control", "chooses by a condition known at compile time"),
  reserved("else", "keyword.control", "the other branch of `if`"),
  reserved("repeat", "keyword.control", "repeats links a number of times or for each value of a list"),
  reserved("and", "keyword.operator.logical", "both conditions hold", binary),
  reserved("or", "keyword.operator.logical", "at least one condition holds", binary),
  reserved("not", "keyword.operator.logical", "the condition does not hold", ["PrefixOperator"]),
  reserved("true", "constant.language", "yes"),
  reserved("false", "constant.language", "no"),

  contextual("cnn", "keyword.other", "the version of the language, first in the file", { after: "\\s+\\d" }),
  contextual("import", "keyword.other", "takes blocks from another file", { after: "\\s*\\{" }),
  contextual("from", "keyword.other", "the file of an import or of labels", { after: '\\s*"' }),
  contextual("as", "keyword.other", "names a layer, or an import in this file", {
    before: "[\\w)]\\s",
    after: "\\s+[A-Za-z_]",
  }),
  contextual("block", "storage.type", "declares a reusable part", { after: "\\s+[A-Za-z_]\\w*\\s*[({]" }),
  contextual("model", "storage.type", "declares a network", { after: "\\s+[A-Za-z_]\\w*\\s*[({]" }),
  contextual("input", "storage.modifier", "declares an input of a model", { after: "\\s+[A-Za-z_]\\w*\\s*:" }),
  contextual("output", "storage.modifier", "declares an output of a model", { after: "\\s+[A-Za-z_]\\w*\\s*:" }),
  contextual("out", "keyword.control", "the result of a block, named or not", { after: "\\s+(?![=.])" }),
  contextual("shared", "storage.modifier", "declares one instance whose uses share weights", {
    after: "\\s+[A-Za-z_]\\w*\\s*=",
  }),
  contextual("train", "keyword.other", "how the model is trained", { after: "\\s*\\{" }),
  contextual("budget", "keyword.other", "limits that the build enforces", { after: "\\s*\\{" }),
  contextual("augment", "keyword.other", "how an input is varied while training", { after: "\\s+[A-Za-z_]" }),

  {
    name: "Identifier",
    kind: "word",
    pattern: identifierPattern,
    scope: "variable.other",
    doc: "a name: ASCII letters, digits and `_`, not starting with a digit",
    label: "a name",
  },
] as const satisfies readonly TokenEntry[];

export const reservedWords = wordsOf("reserved");
export const contextualWords = wordsOf("contextual");

function wordsOf(kind: TokenKind): readonly string[] {
  const entries: readonly TokenEntry[] = tokenTable;
  return entries.flatMap((entry) => (entry.kind === kind ? [String(entry.pattern)] : []));
}

function trivia(name: string, pattern: RegExp, scope: string, doc: string): TokenEntry {
  return { name, kind: "trivia", pattern, scope, doc };
}

function literal(name: string, pattern: RegExp, scope: string, doc: string, label: string): TokenEntry {
  return { name, kind: "literal", pattern, scope, doc, label };
}

function operator(
  pattern: string,
  name: string,
  scope: string,
  doc: string,
  categories: readonly TokenCategory[] = [],
): TokenEntry {
  return { name, kind: "operator", pattern, scope, doc, categories };
}

function delimiter(pattern: string, name: string, doc: string): TokenEntry {
  return { name, kind: "delimiter", pattern, scope: "punctuation", doc };
}

function reserved(pattern: string, scope: string, doc: string, categories: readonly TokenCategory[] = []): TokenEntry {
  return { name: titled(pattern), kind: "reserved", pattern, scope, doc, categories };
}

function contextual(
  pattern: string,
  scope: string,
  doc: string,
  editor: { readonly before?: string; readonly after: string },
): TokenEntry {
  return { name: titled(pattern), kind: "contextual", pattern, scope, doc, editor };
}

function titled(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
