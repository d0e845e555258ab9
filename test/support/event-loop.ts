import { expect } from "vitest";

/** A part of a program: `trials(work)` measures how late a timer of 5 ms is while `work` runs, and while nothing does. */
export const eventLoopTrials = `
  async function longestGap(work) {
    let last = performance.now(), gap = 0;
    const timer = setInterval(() => { const now = performance.now(); gap = Math.max(gap, now - last); last = now; }, 5);
    const start = performance.now();
    await work();
    const took = performance.now() - start;
    clearInterval(timer);
    return { gap: Math.max(gap, performance.now() - last), took };
  }
  const trials = async (work) => {
    const found = [];
    for (let i = 0; i < 10; i++) {
      const { gap, took } = await longestGap(work);
      // Nothing for as long: what the machine does by itself.
      const idle = await longestGap(() => new Promise((resolve) => setTimeout(resolve, took)));
      found.push({ gap, took, idle: idle.gap });
      if (gap - idle.gap < 15) break;
    }
    return found;
  };`;

export interface Trial {
  readonly idle: number;
  readonly gap: number;
  readonly took: number;
}

/** Other processes hold the timer up at times; a call that blocks does so each time: the best of ten trials counts. */
export function mustTick(trials: readonly Trial[], atLeast: number): void {
  for (const { took } of trials) expect(took).toBeGreaterThan(atLeast);
  expect(Math.min(...trials.map(({ idle, gap }) => gap - idle))).toBeLessThan(15);
}
