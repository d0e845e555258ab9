import { roundStep } from "../../telemetry/report/scale.ts";

/** A stretch of an axis. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Round numbers within a range, some five of them: multiples of 1, 2 or 5 times a power of ten. */
export function evenTicks({ from, to }: Range): number[] {
  const step = roundStep((to - from) / 5);
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The same where equal stretches are equal ratios: 1, 2 and 5 times powers of ten, powers of ten alone where those are many. */
export function ratioTicks(range: Range): number[] {
  const powers = Math.ceil(Math.log10(range.to)) - Math.floor(Math.log10(range.from)) + 1;
  const decades = Array.from({ length: powers }, (_, i) => 10 ** (Math.floor(Math.log10(range.from)) + i));
  const within = (factors: readonly number[]): number[] =>
    decades.flatMap((decade) => factors.map((it) => it * decade)).filter((it) => it >= range.from && it <= range.to);
  const [fine, coarse] = [within([1, 2, 5]), within([1])];
  // A range within an octave has hardly a round number of this kind.
  if (fine.length < 2) return evenTicks(range);
  return fine.length <= 7 ? fine : coarse;
}

/** `500`, `20K`, `1.5M` */
export function shortCount(count: number): string {
  const [scale, unit] = (
    [
      [1e9, "G"],
      [1e6, "M"],
      [1e3, "K"],
      [1, ""],
    ] as const
  ).find(([it]) => count >= it) ?? [1, ""];
  return `${Number((count / scale).toPrecision(4))}${unit}`;
}
