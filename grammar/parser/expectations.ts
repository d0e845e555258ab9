import { tokenLabel } from "chevrotain";
import type { IParserErrorMessageProvider, TokenType } from "chevrotain";

/*
 * What the parser's messages say was expected. The provider returns only the expected part; `parse` adds what was
 * found and where. Keys are "rule token".
 */
const AT_TOKEN: Readonly<Record<string, string>> = {
  "arguments RightParen": "`,` or `)`",
  "header RightParen": "`,` or `)`",
  "list RightBracket": "`,` or `]`",
  "paren RightParen": "`)`",
  "import RightBrace": "`,` or `}`",
  "import From": '`from "FILE"`',
  "import String": "the file in quotes",
  "links RightBrace": "`->` or `}`",
  "branch RightBrace": "`}` after the value",
  "links LeftBrace": "`{`",
  "branch LeftBrace": "`{`",
  "let Assign": "`=` after the name",
  "operand Identifier": "the name of an attribute",
  "type Identifier": "a type such as `u8[3, 224, 224]`",
  "inputItem Identifier": "the name of the input",
  "outputItem Identifier": "the name of the output",
  "inputItem Colon": "`:` and a type",
  "outputItem Colon": "`:` and a type",
  "augment Identifier": "the name of an input",
  "header Identifier": "a name",
  "parameter Identifier": "the name of a parameter",
  "importName Identifier": "the name of a block",
};

/** What could still follow where a rule is complete. */
const AT_END: Readonly<Record<string, string>> = {
  version: "a declaration",
  import: "a declaration",
  header: "`{`",
  inputItem: "the next statement",
  outputItem: "`->` or the next statement",
  augment: "`->` or the next statement",
  limit: "the next limit",
  section: "`{`",
};

export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => AT_TOKEN[`${ruleName} ${expected.name}`] ?? phrase(expected),
  buildNotAllInputParsedMessage: ({ ruleName }) => AT_END[ruleName] ?? "`->`, an operator or the next statement",
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? "something else",
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? "something more",
};

function phrase(type: TokenType): string {
  return tokenLabel(type);
}
