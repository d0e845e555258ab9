import type { Call, Expression, Span } from "../../grammar/index.ts";
import { Stopped } from "./reporter.ts";
import type { Reporter } from "./reporter.ts";
import { formatCount } from "./limits.ts";

/** More than any network needs; the time of a check is bounded by it. */
export const MOST_STEPS = 300_000;

/** How deep blocks may be used within each other. */
export const MOST_BLOCKS_DEEP = 64;

/** Expressions within each other, through blocks: the stack of the process is bounded too. */
export const MOST_DEPTH = 600;

/** What the evaluation of one model has used up, and what it need not compute twice. */
export class Evaluation {
  #steps = 0;
  #depth = 0;
  readonly segments = new Map<Expression, ReadonlyMap<Call, string>>();

  /** Counts work; everything that a file can make grow passes here. */
  spend(steps: number, place: Span, reporter: Reporter): void {
    this.#steps += steps;
    if (this.#steps <= MOST_STEPS) return;
    reporter.add("CNN409", place, { limit: formatCount(MOST_STEPS) });
    throw new Stopped();
  }

  enter(place: Span, reporter: Reporter): void {
    this.spend(1, place, reporter);
    if (++this.#depth <= MOST_DEPTH) return;
    reporter.add("CNN410", place, { what: "expressions", limit: formatCount(MOST_DEPTH) });
    throw new Stopped();
  }

  leave(): void {
    this.#depth--;
  }
}
