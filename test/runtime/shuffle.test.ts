import { describe, expect, it } from "vitest";
import { shuffledOrder } from "../../runtime/random/shuffle.ts";
import { batchesOf, naturalOrder } from "../../runtime/data/batches.ts";

describe("shuffledOrder", () => {
  it("is a permutation", () => {
    const order = shuffledOrder(1000, 1, 0);
    expect([...order].sort((a, b) => a - b)).toEqual([...naturalOrder(1000)]);
    expect([...order]).not.toEqual([...naturalOrder(1000)]);
  });

  it("is the same on every machine and in every version", () => {
    expect([...shuffledOrder(10, 1, 0)]).toMatchInlineSnapshot(`
      [
        9,
        0,
        7,
        5,
        4,
        3,
        1,
        6,
        8,
        2,
      ]
    `);
  });

  it("depends on seed and epoch, and on nothing else", () => {
    const text = (seed: number, epoch: number) => shuffledOrder(50, seed, epoch).join();
    expect(text(1, 0)).toBe(text(1, 0));
    expect(new Set([text(1, 0), text(1, 1), text(2, 0)]).size).toBe(3);
  });

  it("has no favourite places", () => {
    const counts = new Array<number>(4).fill(0);
    for (let epoch = 0; epoch < 4000; epoch++) counts[shuffledOrder(4, 3, epoch)[0]!]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it("takes sizes of 0 and 1", () => {
    expect([...shuffledOrder(0, 1, 0)]).toEqual([]);
    expect([...shuffledOrder(1, 1, 0)]).toEqual([0]);
  });
});

describe("batchesOf", () => {
  it("keeps the short last batch", () => {
    expect([...batchesOf(naturalOrder(5), 2)].map((it) => [...it])).toEqual([[0, 1], [2, 3], [4]]);
  });

  it("refuses a batch of none", () => {
    expect(() => [...batchesOf(naturalOrder(5), 0)]).toThrow(RangeError);
  });
});
