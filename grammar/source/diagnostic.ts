import type { Span } from "./span.ts";

export type Severity = "error" | "warning" | "info";

/** What a code means, written once. `{word}` in the message is a hole that the report fills in. */
export interface DiagnosticDefinition {
  readonly title: string;
  readonly severity: Severity;
  readonly message: string;
  /** Markdown: why this is reported and how to mend it, with a wrong and a right example. */
  readonly explain: string;
}

export type DiagnosticCode = `CNN${number}`;
export type DiagnosticCatalogue = { readonly [code: DiagnosticCode]: DiagnosticDefinition };

export interface Note {
  readonly span: Span;
  readonly message: string;
}

export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly notes: readonly Note[];
  readonly help?: string | undefined;
  readonly fix?: Fix | undefined;
  /** Several ways to mend it, of which only the author can know the one that is meant. */
  readonly choices?: readonly Fix[] | undefined;
}

export interface DiagnosticExtras {
  readonly notes?: readonly Note[] | undefined;
  readonly help?: string | undefined;
  readonly fix?: Fix | undefined;
  readonly choices?: readonly Fix[] | undefined;
}

/** The hole names of a message: `HoleNames<"expected {a}, found {b}">` is `"a" | "b"`. */
export type HoleNames<Message extends string> = Message extends `${string}{${infer Hole}}${infer Rest}`
  ? Hole | HoleNames<Rest>
  : never;

export type Holes<Message extends string> = [HoleNames<Message>] extends [never]
  ? Record<string, never>
  : { readonly [Hole in HoleNames<Message>]: string | number };

type MessageOf<Catalogue, Code extends keyof Catalogue> = Catalogue[Code] extends {
  readonly message: infer Message extends string;
}
  ? Message
  : never;

/** Declares a catalogue; keeps the literal messages so that their holes are type-checked. */
export function defineDiagnostics<const Catalogue extends DiagnosticCatalogue>(catalogue: Catalogue): Catalogue {
  return catalogue;
}

/** Builds a report from its definition: `diagnostic(syntax, "CNN101", span, { expected, found })`. */
export function diagnostic<Catalogue extends DiagnosticCatalogue, Code extends keyof Catalogue & DiagnosticCode>(
  catalogue: Catalogue,
  code: Code,
  span: Span,
  holes: Holes<MessageOf<Catalogue, Code>>,
  extras: DiagnosticExtras = {},
): Diagnostic {
  const definition = catalogue[code] as DiagnosticDefinition;
  return {
    code,
    severity: definition.severity,
    message: fillHoles(definition.message, holes),
    span,
    notes: extras.notes ?? [],
    help: extras.help,
    fix: extras.fix,
    choices: extras.choices,
  };
}

/** The fix of a report, or those among which its author chooses. */
export function fixesOf({ fix, choices = [] }: Pick<Diagnostic, "fix" | "choices">): readonly Fix[] {
  return fix === undefined ? choices : [fix, ...choices];
}

function fillHoles(message: string, holes: Readonly<Record<string, string | number>>): string {
  return message.replace(/\{(\w+)\}/g, (hole, name: string) => String(holes[name] ?? hole));
}
