import type { Reporter, SerializedError, TestModule, TestRunEndReason } from "vitest/node";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** What a module contributes: its tests, and one failure when it or one of its hooks broke. */
interface CountedModule {
  readonly outcomes: readonly string[];
  /** Errors outside any test: of the import, of a hook. */
  readonly errors: number;
}

/**
 * Prints `N passed, N failed` as the last line, alone and without colour, for people and programs
 * alike. What failed outside a test (an import, a hook, a lost promise) counts as a failure.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[], reason: TestRunEndReason): void {
    const result = tally(modules.map(count), unhandled.length, reason);
    const line = closingLine(result);
    // At exit: the other reporters have had their say.
    process.once("exit", () => process.stdout.write(line));
  }
}

export function tally(modules: readonly CountedModule[], unhandled: number, reason: TestRunEndReason): Tally {
  let passed = 0;
  let failed = unhandled;
  for (const { outcomes, errors } of modules) {
    passed += outcomes.filter((outcome) => outcome === "passed").length;
    failed += outcomes.filter((outcome) => outcome === "failed").length + errors;
  }
  // A run that failed or stopped says so, whatever was counted: no test at all, an interruption.
  if (reason !== "passed" && failed === 0) failed = 1;
  return { passed, failed };
}

export function closingLine({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed\n`;
}

function count(module: TestModule): CountedModule {
  const outcomes = Array.from(module.children.allTests(), (test) => test.result().state);
  const suites = Array.from(module.children.allSuites(), (suite) => suite.errors().length);
  return { outcomes, errors: suites.reduce((sum, errors) => sum + errors, module.errors().length) };
}
