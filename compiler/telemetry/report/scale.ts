/** An axis: what its ends stand for, and the round numbers between them that are marked. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

/**
 * Round numbers, 1, 2 or 5 times a power of ten apart, about `count` of them, around all values; where these are all the
 * same, from 0 on.
 */
export function roundAxis(values: readonly number[], count = 4): Axis {
  const ends = [Math.min(...values), Math.max(...values)] as const;
  const [least, most] = ends[0] === ends[1] ? [Math.min(0, ends[0]), Math.max(0, ends[0])] : ends;
  const step = roundStep((most - least || 1) / count);
  const [first, last] = [Math.floor(least / step), Math.max(Math.ceil(most / step), Math.floor(least / step) + 1)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => exact((first + i) * step));
  return { from: ticks[0]!, to: ticks.at(-1)!, ticks };
}

/** Whole numbers, epochs: none beyond the first and the last. */
export function wholeAxis(first: number, last: number, count = 6): Axis {
  if (first === last) return { from: first - 0.5, to: first + 0.5, ticks: [first] };
  const step = Math.max(1, roundStep((last - first) / count));
  const begin = Math.ceil(first / step);
  const ticks = Array.from({ length: Math.floor(last / step) - begin + 1 }, (_, i) => (begin + i) * step);
  return { from: first, to: last, ticks };
}

/** The least of 1, 2 or 5 times a power of ten that is no smaller. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9))!;
}

/** 0.1 · 3 is 0.30000000000000004. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
