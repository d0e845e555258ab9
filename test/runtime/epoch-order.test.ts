import { describe, expect, it } from "vitest";
import { pick, type Dataset } from "../../runtime/data/dataset.ts";
import { epochOrder } from "../../runtime/data/epoch-order.ts";
import { shuffledOrder } from "../../runtime/random/shuffle.ts";

const gather = (indices: ArrayLike<number>) => ({ x: Int32Array.from(indices) });
const size = 5000;
const chunk = 100;
const buffer = 600;
const starts = Int32Array.from({ length: size / chunk }, (_, i) => i * chunk);
const streamed: Dataset = { size, gather, chunks: { starts, buffer } };

/** The most chunks that are open at once: begun, and not yet done. */
function mostOpen(order: Int32Array): number {
  const left = new Map<number, number>();
  let most = 0;
  for (const sample of order) {
    const number = Math.floor(sample / chunk);
    left.set(number, (left.get(number) ?? chunk) - 1);
    most = Math.max(most, [...left.values()].filter((it) => it > 0).length);
  }
  return most;
}

describe("the order of an epoch", () => {
  it("of samples that are all found as quickly is any", () => {
    expect(epochOrder({ size, gather }, 3, 1)).toEqual(shuffledOrder(size, 3, 1));
  });

  it("of samples in chunks has each once, another order each epoch, and the same one again", () => {
    const first = epochOrder(streamed, 3, 1);
    expect(first.toSorted()).toEqual(Int32Array.from({ length: size }, (_, i) => i));
    expect(epochOrder(streamed, 3, 1)).toEqual(first);
    for (const other of [epochOrder(streamed, 3, 2), epochOrder(streamed, 4, 1)]) expect(other).not.toEqual(first);
  });

  it("opens so many chunks at a time as the buffer holds, and mixes these", () => {
    const order = epochOrder(streamed, 3, 1);
    expect(mostOpen(order)).toBeLessThanOrEqual(buffer / chunk + 2);
    // A batch has samples of most chunks that are open, and does not ascend.
    const batch = order.subarray(2000, 2064);
    expect(new Set(batch.map((sample) => Math.floor(sample / chunk))).size).toBeGreaterThanOrEqual(5);
    const rises = batch.filter((sample, i) => i > 0 && sample > batch[i - 1]!).length;
    expect(rises).toBeGreaterThan(16);
    expect(rises).toBeLessThan(48);
  });

  it("of a part of the data keeps to the part's chunks", () => {
    const odd = Int32Array.from({ length: size / 2 }, (_, i) => 2 * i + 1);
    const part = pick(streamed, odd);
    expect(part.chunks).toEqual({ starts: starts.map((it) => it / 2), buffer });
    const order = epochOrder(part, 1, 0);
    expect(order.toSorted()).toEqual(Int32Array.from({ length: size / 2 }, (_, i) => i));
  });
});
