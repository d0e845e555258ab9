export type * from "./ast/nodes.ts";
export { arithmeticWords, callInstead } from "./ast/call-instead.ts";
export { defineDiagnostics, diagnostic, fixesOf } from "./source/diagnostic.ts";
export type {
  Diagnostic,
  DiagnosticCatalogue,
  DiagnosticCode,
  DiagnosticDefinition,
  DiagnosticExtras,
  Edit,
  Fix,
  HoleNames,
  Holes,
  Note,
  Severity,
} from "./source/diagnostic.ts";
export { didYouMean } from "./source/did-you-mean.ts";
export { inSourceOrder, render } from "./source/render.ts";
export type { RenderOptions } from "./source/render.ts";
export { lineText, sourceFile } from "./source/source-file.ts";
export type { Position, SourceFile } from "./source/source-file.ts";
export { span, spanning, textOf } from "./source/span.ts";
export type { Span } from "./source/span.ts";
export { ERROR_LIMIT, FILE_SIZE_LIMIT, parse } from "./parser/parse.ts";
export type { ParseResult } from "./parser/parse.ts";
export { syntaxDiagnostics } from "./syntax-diagnostics.ts";
export { listTokens, type ListedToken } from "./tokens/list-tokens.ts";
export { contextualWords, reservedWords, tokenTable } from "./tokens/table.ts";
export { findUnit, units } from "./tokens/units.ts";
export type { Unit } from "./tokens/units.ts";
export { textMateGrammar } from "./tokens/textmate.ts";
export { tokenTablesMarkdown } from "./tokens/docs-tables.ts";
