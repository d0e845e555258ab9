import type { Diagnostic } from "./diagnostic.ts";

/** Collects the reports on one file, up to a limit, and remembers which stretches are already in error. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly limit: number;
  #errors = 0;
  #others = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(diagnostic: Diagnostic): void {
    const count = diagnostic.severity === "error" ? ++this.#errors : ++this.#others;
    if (count > this.limit) return;
    this.diagnostics.push(diagnostic);
  }

  /** More errors came in than are kept. */
  get overflowed(): boolean {
    return this.#errors > this.limit;
  }

  /** Whether an error was reported that starts within a stretch, both ends included. */
  hasErrorIn(start: number, end: number): boolean {
    return this.diagnostics.some(
      ({ severity, span }) => severity === "error" && span.start >= start && span.start <= end,
    );
  }
}
