import { buildTestAddon } from "../../compiler/testing/index.ts";
import { isFullRun } from "./full-run.ts";

/**
 * The same, without optimisation: a third of the time. For tests of what generated code says, on networks so small that it may be slow;
 * that g++ keeps what it says when it optimises, as for users, the native set's test/ops/every-op tells, and all tests in a full run.
 */
export const buildQuickly: typeof buildTestAddon = (name, models, on, programs) =>
  buildTestAddon(name, models, on, programs, isFullRun ? [] : ["-O0"]);
