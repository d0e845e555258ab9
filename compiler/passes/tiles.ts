import type { CpuTarget, Target, Tile } from "../ir/plan.ts";

/**
 * The vector width for `channels` side by side: the one that needs least time. A vector of 16 takes as long as two of 8 on Zen 4,
 * which splits it, and as long as one on Zen 5 and on Intel's servers: so 8 wins where 16 would leave too many lanes
 * empty, more than a third of what 8 would need. Below 4 channels scalars waste less memory than vectors.
 */
export function lanesFor(channels: number, target: Target): number {
  const [widest = 1, ...narrower] = target.lanes;
  if (channels < 4) return 1;
  const padded = (lanes: number): number => Math.ceil(channels / lanes) * lanes;
  return narrower.find((lanes) => lanes > 1 && padded(widest) > 1.4 * padded(lanes)) ?? widest;
}

/** Time of an operation with a vector of so many lanes, in that of one with 16. */
export const halvesOf = (lanes: number): number => (lanes === 16 ? 1 : 0.5);

/**
 * Time for one step of the reduction of a tile, in that of one multiply-add of 16 lanes: limited by multiply-adds, by loads (as many in a
 * cycle), by the latency of a chain (4 cycles of 2), or by weights that come from the second cache (24 bytes in a cycle).
 */
function cyclesPerStep({ pixels, vectors }: Tile, lanes: number): number {
  return halvesOf(lanes) * Math.max(pixels * vectors, pixels + vectors, 8, (vectors * lanes) / 3);
}

/** What is left beside whole tiles has code of its own, and fewer results to hide latencies behind. */
const tailPenalty = 1.02;

/** Cycles for `pixels` × `vectors` results, tails included, per step of the reduction. */
export function cyclesOf(pixels: number, vectors: number, tile: Tile, lanes: number): number {
  const split = (total: number, part: number, cost: (size: number) => number): number => {
    const rest = total % part;
    return Math.floor(total / part) * cost(part) + (rest > 0 ? tailPenalty * cost(rest) : 0);
  };
  return split(vectors, tile.vectors, (v) =>
    split(pixels, tile.pixels, (p) => cyclesPerStep({ pixels: p, vectors: v }, lanes)),
  );
}

/** Beside accumulators and the vectors of one step: that of the number which multiplies them. */
export const broadcastRegisters = 1;

/** The most pixels in a tile. */
const mostPixels = 14;

/**
 * The register tile that needs the fewest cycles for a row of `pixels` by `vectors` results; of equals the larger.
 * With `block` one of just so many vectors.
 */
export function chooseTile(pixels: number, vectors: number, lanes: number, target: CpuTarget, block?: number): Tile {
  let best: Tile = { pixels: 1, vectors: 1 };
  let least = Infinity;
  for (let v = block ?? 1; v <= Math.min(vectors, block ?? target.vectors); v++)
    for (let p = 1; p <= Math.min(pixels, mostPixels); p++) {
      if (p * v + v + broadcastRegisters > target.registers) break;
      const time = cyclesOf(pixels, vectors, { pixels: p, vectors: v }, lanes);
      if (time <= least * 1.001) [best, least] = [{ pixels: p, vectors: v }, time];
    }
  return best;
}
