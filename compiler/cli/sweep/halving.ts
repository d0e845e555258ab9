/**
 * Successive halving (Jamieson and Talwalkar 2016; Li et al., "Hyperband", 2018): all points are trained for a part of their
 * epochs, the best 1/η of them for η times as many, and so on; the last of them for all.
 */
export interface Halving {
  /** How often the weaker points are left behind; 0: never. */
  readonly rounds: number;
  readonly eta: number;
}

/** After how many epochs of E each round ends, ⌈E / η^(R - k)⌉ for k = 0 … R: the last one after E. */
export function roundEnds(epochs: number, { rounds, eta }: Halving): number[] {
  return Array.from({ length: rounds + 1 }, (_, k) => Math.ceil(epochs / eta ** (rounds - k)));
}

/** The best ⌈n / η⌉ of n, in their order; of equally good ones those that come first. */
export function survivors<T>(points: readonly T[], qualityOf: (point: T) => number, eta: number): T[] {
  const best = [...points].sort((a, b) => qualityOf(b) - qualityOf(a)).slice(0, Math.ceil(points.length / eta));
  return points.filter((point) => best.includes(point));
}
