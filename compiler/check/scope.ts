import type { Span } from "../../grammar/index.ts";
import type { Evaluated } from "./values.ts";

/** What a name of a model stands for. */
export type Binding =
  | { readonly kind: "input" | "value" | "parameter"; readonly span: Span; readonly value: Evaluated }
  | { readonly kind: "output"; readonly span: Span };

/** The names of one model: those defined so far, and those whose definition comes below. */
export class Scope {
  readonly #defined = new Map<string, Binding>();
  readonly #later = new Map<string, Span>();

  /** Announces a definition, so that a use above it is told from a misspelling. */
  announce(name: string, span: Span): void {
    if (!this.#later.has(name)) this.#later.set(name, span);
  }

  define(name: string, binding: Binding): void {
    this.#defined.set(name, binding);
  }

  get(name: string): Binding | undefined {
    return this.#defined.get(name);
  }

  /** Where a name that is not defined yet will be. */
  later(name: string): Span | undefined {
    return this.#defined.has(name) ? undefined : this.#later.get(name);
  }

  /** Names that could have been meant: values and parameters. */
  *values(): IterableIterator<string> {
    for (const [name, { kind }] of this.#defined) if (kind !== "output") yield name;
  }

  *outputs(): IterableIterator<string> {
    for (const [name, { kind }] of this.#defined) if (kind === "output") yield name;
  }
}

export const bindingNouns: Readonly<Record<Binding["kind"], string>> = {
  input: "an input",
  value: "a value",
  parameter: "a parameter",
  output: "an output",
};
