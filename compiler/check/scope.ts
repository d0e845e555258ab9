import type { Span } from "../../grammar/index.ts";
import type { Instance } from "./instance.ts";
import type { Evaluated } from "./values.ts";

/** What a name of a model or block stands for. */
export type Binding =
  | { readonly kind: "input" | "value" | "parameter" | "variable"; readonly span: Span; readonly value: Evaluated }
  | { readonly kind: "shared"; readonly span: Span; readonly instance: Instance | undefined }
  | { readonly kind: "output"; readonly span: Span };

/** The names of one model or block, or of a `repeat` in it: those defined so far, and those that come below. */
export class Scope {
  readonly #defined = new Map<string, Binding>();
  readonly #later = new Map<string, Span>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  /** Announces a definition, so that a use above it is told from a misspelling. */
  announce(name: string, span: Span): void {
    if (!this.#later.has(name)) this.#later.set(name, span);
  }

  define(name: string, binding: Binding): void {
    this.#defined.set(name, binding);
  }

  get(name: string): Binding | undefined {
    return this.#defined.get(name) ?? this.#outer?.get(name);
  }

  /** Where a name that is not defined yet will be. */
  later(name: string): Span | undefined {
    return this.get(name) === undefined ? (this.#later.get(name) ?? this.#outer?.later(name)) : undefined;
  }

  /** Names that could have been meant: values and parameters. */
  *values(): IterableIterator<string> {
    for (const [name, { kind }] of this.#defined) if (kind !== "output" && kind !== "shared") yield name;
    if (this.#outer) yield* this.#outer.values();
  }

  /** Names of shared layers, which stand where operators do. */
  *shared(): IterableIterator<string> {
    for (const [name, { kind }] of this.#defined) if (kind === "shared") yield name;
    if (this.#outer) yield* this.#outer.shared();
  }
}

export const bindingNouns: Readonly<Record<Binding["kind"], string>> = {
  input: "an input",
  value: "a value",
  parameter: "a parameter",
  variable: "the variable of a `repeat`",
  shared: "a shared layer",
  output: "an output",
};
