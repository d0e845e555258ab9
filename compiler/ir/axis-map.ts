import { shareOf } from "../shape/window.ts";

/** How positions p of one axis of a result, m long, read the same axis of x, n long. */
export type AxisMap =
  /** start + step·p. Beyond the ends there is nothing, the nearest element, or the mirror image about the outermost one. */
  | {
      readonly map: "line";
      readonly start: number;
      readonly step: number;
      readonly beyond: "nothing" | "edge" | "reflect";
    }
  /** ⌊p·n/m⌋ */
  | { readonly map: "nearest" }
  /** Between the two elements next to the point q: (p + 1/2)·n/m - 1/2 within the axis, or p·(n - 1)/(m - 1) where the corners are aligned. */
  | { readonly map: "linear"; readonly aligned: boolean }
  /** The mean of the elements that share the axis among the positions: ⌊p·n/m⌋ to ⌈(p + 1)·n/m⌉ - 1. */
  | { readonly map: "share" };

/** An element along one axis, and its factor. */
export interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** For each position of an axis the elements whose weighted sum it is. */
export type AxisTaps = readonly (readonly Tap[])[];

export const everyElement: AxisMap = { map: "line", start: 0, step: 1, beyond: "nothing" };

export const isEveryElement = (axis: AxisMap): boolean => axis.map === "line" && axis.start === 0 && axis.step === 1;

/** What `m` positions read of `n` elements. */
export function tapsOf(axis: AxisMap, n: number, m: number): AxisTaps {
  return Array.from({ length: m }, (_, p) => tapsAt(axis, p, n, m));
}

/** Element i reads what reads it, with the same weights and in the order of positions: the adjoint. */
export function transposed(taps: AxisTaps, n: number): AxisTaps {
  const result: Tap[][] = Array.from({ length: n }, () => []);
  taps.forEach((read, p) => read.forEach(({ at, weight }) => result[at]!.push({ at: p, weight })));
  return result;
}

function tapsAt(axis: AxisMap, p: number, n: number, m: number): readonly Tap[] {
  switch (axis.map) {
    case "line":
      return onLine(axis.start + axis.step * p, n, axis.beyond);
    case "nearest":
      return [{ at: Math.floor((p * n) / m), weight: 1 }];
    case "linear":
      return between(axis.aligned ? alignedPoint(p, n, m) : (p + 0.5) * (n / m) - 0.5, n);
    case "share": {
      const { begin, end } = shareOf(p, m, n);
      return Array.from({ length: end - begin }, (_, i) => ({ at: begin + i, weight: 1 / (end - begin) }));
    }
  }
}

function onLine(i: number, n: number, beyond: "nothing" | "edge" | "reflect"): readonly Tap[] {
  if (beyond === "nothing") return i >= 0 && i < n ? [{ at: i, weight: 1 }] : [];
  const last = n - 1;
  return [{ at: beyond === "edge" ? clamped(i, last) : last - Math.abs(last - Math.abs(i)), weight: 1 }];
}

/** Corners on corners; a single position is on the first element. */
const alignedPoint = (p: number, n: number, m: number): number => (m === 1 ? 0 : (p * (n - 1)) / (m - 1));

/** (1 - t)·x[i] + t·x[i + 1] for the point i + t, which is held within the axis. */
function between(point: number, n: number): readonly Tap[] {
  const q = clamped(point, n - 1);
  const i = Math.floor(q);
  const taps = [
    { at: i, weight: 1 - (q - i) },
    { at: i + 1, weight: q - i },
  ];
  return taps.filter(({ weight }) => weight > 0);
}

const clamped = (x: number, last: number): number => Math.min(Math.max(x, 0), last);
