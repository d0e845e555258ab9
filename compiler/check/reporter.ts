import { diagnostic } from "../../grammar/index.ts";
import type { Diagnostic, DiagnosticExtras, Note, Span } from "../../grammar/index.ts";
import { checkDiagnostics } from "./diagnostics.ts";
import type { CheckCode, HolesOf } from "./diagnostics.ts";

/** Of errors, and of warnings; one mistake in a long list repeats itself, and each costs time. */
export const MOST_REPORTS = 100;

/** Thrown when a check has to end, after the reason was reported. */
export class Stopped extends Error {}

/** What the reporters of one model, or of the declarations, share. */
class Sink {
  readonly diagnostics: Diagnostic[] = [];
  /** Reports by code and place. */
  readonly seen = new Set<string>();
  errors = 0;
  others = 0;
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
    const said = (note: Note): boolean =>
      own.some(({ span, message }) => span === note.span && message === note.message);
    const notes = [...own, ...this.#uses.filter((note) => !said(note))];
    this.take(diagnostic(checkDiagnostics, code, place, holes as never, { ...extras, notes }));
  }

  /** A report that was made elsewhere. */
  take(report: Diagnostic): void {
    const { diagnostics, seen } = this.#sink;
    const { file, start, end } = report.span;
    const key = `${report.code} ${start} ${end} ${file.path}`;
    const isError = report.severity === "error";
    if (this.#repeats && seen.has(key)) {
      if (isError) this.#sink.errors++;
      return;
    }
    seen.add(key);
    const before = isError ? this.#sink.errors++ : this.#sink.others++;
    if (before < MOST_REPORTS) diagnostics.push(report);
    else if (isError) {
      diagnostics.push(diagnostic(checkDiagnostics, "CNN412", report.span, { limit: MOST_REPORTS }));
      throw new Stopped();
    }
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
