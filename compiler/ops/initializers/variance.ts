/** How many numbers come into a unit, and go out of it. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

export const normal = (variance: number) => ({ kind: "normal", std: Math.sqrt(variance) }) as const;

/** A uniform distribution over (-a, a) has the variance a²/3. */
export const uniform = (variance: number) => ({ kind: "uniform", bound: Math.sqrt(3 * variance) }) as const;
