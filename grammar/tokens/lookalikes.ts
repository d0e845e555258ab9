/** What people write out of habit from elsewhere, and what this language writes instead. */
export interface Lookalike {
  readonly name: string;
  readonly pattern: string | RegExp;
  /** The token it stands for; the parser reads it as that. Without one it is left out. */
  readonly means?: string;
  /** The text to put there instead. */
  readonly instead: string | ((written: string) => string);
}

export const lookalikes: readonly Lookalike[] = [
  { name: "FatArrow", pattern: "=>", means: "Arrow", instead: "->" },
  { name: "PipeArrow", pattern: "|>", means: "Arrow", instead: "->" },
  { name: "UnicodeArrow", pattern: "\u2192", means: "Arrow", instead: "->" },
  { name: "AndAnd", pattern: "&&", means: "And", instead: "and" },
  { name: "OrOr", pattern: "||", means: "Or", instead: "or" },
  { name: "Bang", pattern: "!", means: "Not", instead: "not " },
  { name: "AtMostSign", pattern: "\u2264", means: "LessEqual", instead: "<=" },
  { name: "AtLeastSign", pattern: "\u2265", means: "GreaterEqual", instead: ">=" },
  { name: "NotEqualSign", pattern: "\u2260", means: "NotEqual", instead: "!=" },
  { name: "TimesSign", pattern: "\u00d7", means: "Star", instead: "*" },
  { name: "MinusSign", pattern: /[\u2212\u2013\u2014]/, means: "Minus", instead: "-" },
  { name: "WideComma", pattern: /[\uff0c\u3001]/, means: "Comma", instead: ", " },
  { name: "WideLeftParen", pattern: "\uff08", means: "LeftParen", instead: "(" },
  { name: "WideRightParen", pattern: "\uff09", means: "RightParen", instead: ")" },
  { name: "WideLeftBracket", pattern: "\uff3b", means: "LeftBracket", instead: "[" },
  { name: "WideRightBracket", pattern: "\uff3d", means: "RightBracket", instead: "]" },
  { name: "WideColon", pattern: "\uff1a", means: "Colon", instead: ": " },
  { name: "WideAssign", pattern: "\uff1d", means: "Assign", instead: "=" },
  { name: "ColonAssign", pattern: ":=", means: "Assign", instead: "=" },
  { name: "Semicolon", pattern: ";", instead: "" },
  { name: "HashComment", pattern: /#[^\r\n]*/, instead: (written) => `//${written.slice(1)}` },
  {
    name: "SingleQuoted",
    pattern: /'[^'"\\\r\n]*'/,
    means: "String",
    instead: (written) => `"${written.slice(1, -1)}"`,
  },
  {
    name: "CurlyQuoted",
    pattern: /[\u201c\u201d\u201e][^\u201c\u201d"\\\r\n]*[\u201c\u201d]/,
    means: "String",
    instead: (written) => `"${written.slice(1, -1)}"`,
  },
];

/** The replacement of a written lookalike. */
export function replacement(entry: Lookalike, written: string): string {
  return typeof entry.instead === "string" ? entry.instead : entry.instead(written);
}
