import { diagnostic } from "../../grammar/index.ts";
import type { Diagnostic, DiagnosticExtras, Note, Span } from "../../grammar/index.ts";
import { checkDiagnostics } from "./diagnostics.ts";
import type { CheckCode, HolesOf } from "./diagnostics.ts";

/** What the reporters of one model, or of the declarations, share. */
class Sink {
  readonly diagnostics: Diagnostic[] = [];
  /** Reports by code and place. */
  readonly seen = new Set<string>();
  errors = 0;
}

/** Collects what is found; each code brings exactly the holes of its message. */
export class Reporter {
  readonly #sink: Sink;
  readonly #repeats: boolean;
  readonly #uses: readonly Note[];

  constructor(sink = new Sink(), repeats = false, uses: readonly Note[] = []) {
    this.#sink = sink;
    this.#repeats = repeats;
    this.#uses = uses;
  }

  add<Code extends CheckCode>(code: Code, place: Span, holes: HolesOf<Code>, extras: DiagnosticExtras = {}): void {
    const own = extras.notes ?? [];
    const said = (note: Note): boolean => own.some(({ span, message }) => span === note.span && message === note.message);
    const notes = [...own, ...this.#uses.filter((note) => !said(note))];
    this.take(diagnostic(checkDiagnostics, code, place, holes as never, { ...extras, notes }));
  }

  /** A report that was made elsewhere. */
  take(report: Diagnostic): void {
    const { diagnostics, seen } = this.#sink;
    if (report.severity === "error") this.#sink.errors++;
    const { file, start, end } = report.span;
    const key = `${report.code} ${start} ${end} ${file.path}`;
    if (this.#repeats && seen.has(key)) return;
    seen.add(key);
    diagnostics.push(report);
  }

  /**
   * For what is read several times, the body of a block or of `repeat`: each place is reported once, and `uses` tell
   * how it was reached.
   */
  within(uses: readonly Note[]): Reporter {
    return new Reporter(this.#sink, true, uses);
  }

  get uses(): readonly Note[] {
    return this.#uses;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#sink.diagnostics;
  }

  get errors(): number {
    return this.#sink.errors;
  }
}
