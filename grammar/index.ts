export type * from "./ast/nodes.ts";
export { defineDiagnostics, diagnostic } from "./source/diagnostic.ts";
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
