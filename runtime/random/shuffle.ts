import { RandomStream, hashName } from "./philox.ts";

/** The order of one epoch: a permutation of 0 … size-1 that depends on nothing but size, seed and epoch. */
export function shuffledOrder(size: number, seed: number, epoch: number): Int32Array {
  const order = Int32Array.from({ length: size }, (_, i) => i);
  const random = new RandomStream(seed, hashName(`shuffle.${epoch}`));
  // Fisher–Yates.
  for (let i = size - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
