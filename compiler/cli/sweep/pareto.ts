/** What a point costs, and how good it is: more is better. */
export interface Trade {
  readonly cost: number;
  readonly quality: number;
}

/** The Pareto front, by rising cost: of no point on it is another one as good and as cheap, and one of both better. */
export function paretoFront<T>(points: readonly T[], tradeOf: (point: T) => Trade): T[] {
  const trades = points.map((point) => ({ point, ...tradeOf(point) }));
  trades.sort((a, b) => a.cost - b.cost || b.quality - a.quality);
  let best: Trade = { cost: -Infinity, quality: -Infinity };
  return trades.flatMap((trade) => {
    const equal = trade.cost === best.cost && trade.quality === best.quality;
    if (trade.quality <= best.quality && !equal) return [];
    best = trade;
    return [trade.point];
  });
}
