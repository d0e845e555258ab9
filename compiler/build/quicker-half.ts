/** The mean over those that took the least, of some measurements: what disturbs makes them slower. */
export function meanOfQuickerHalf<T>(
  all: readonly T[],
  secondsOf: (it: T) => number,
): (of: (it: T) => number) => number {
  const quick = [...all].sort((a, b) => secondsOf(a) - secondsOf(b)).slice(0, Math.ceil(all.length / 2));
  return (of) => quick.reduce((sum, it) => sum + of(it), 0) / quick.length;
}
