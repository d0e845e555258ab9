import { diagnostic } from "../../grammar/index.ts";
import type { Diagnostic, DiagnosticExtras, Span } from "../../grammar/index.ts";
import { checkDiagnostics } from "./diagnostics.ts";
import type { CheckCode, HolesOf } from "./diagnostics.ts";

/** Collects what is found; each code brings exactly the holes of its message. */
export class Reporter {
  readonly diagnostics: Diagnostic[] = [];

  add<Code extends CheckCode>(code: Code, place: Span, holes: HolesOf<Code>, extras: DiagnosticExtras = {}): void {
    this.diagnostics.push(diagnostic(checkDiagnostics, code, place, holes as never, extras));
  }

  get errors(): number {
    return this.diagnostics.filter(({ severity }) => severity === "error").length;
  }
}
