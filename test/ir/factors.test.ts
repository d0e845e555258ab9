import { describe, expect, it } from "vitest";
import { composed, contributions, inverse, isIdle, reordering, resultSizes } from "../../compiler/ir/factors.ts";

const shuffle = (groups: number, channels: number) =>
  reordering([[groups, channels / groups], [4], [5]], [[1, 0], [2], [3]]);
const pixels = reordering([[3, 2, 2], [4], [5]], [[0], [3, 1], [4, 2]]);
const turn = reordering([[6], [4], [5]], [[1], [2], [0]]);

describe("a reordering of factors", () => {
  it("gives the sizes of the result", () => {
    expect(resultSizes(pixels)).toEqual([3, 8, 10]);
    expect(resultSizes(turn)).toEqual([4, 5, 6]);
  });

  it("tells where each position comes from", () => {
    const [c, h] = contributions(pixels);
    expect(c).toEqual([
      [0, 0, 0],
      [4, 0, 0],
      [8, 0, 0],
    ]);
    expect(h.slice(0, 3)).toEqual([
      [0, 0, 0],
      [2, 0, 0],
      [0, 1, 0],
    ]);
    expect(contributions(shuffle(2, 6))[0].map(([channel]) => channel)).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it("is undone by its inverse", () => {
    for (const some of [pixels, turn, shuffle(3, 6)]) {
      expect(inverse(inverse(some))).toEqual(some);
      expect(isIdle(composed(some, inverse(some))!)).toBe(true);
      expect(isIdle(composed(inverse(some), some)!)).toBe(true);
    }
  });

  it("follows another where it moves whole factors of that", () => {
    const again = reordering([[4], [5], [6]], [[1], [2], [0]]);
    expect(composed(turn, again)).toEqual({ factors: [[6], [4], [5]], order: [[2], [0], [1]] });
    expect(isIdle(composed(shuffle(2, 6), shuffle(3, 6))!)).toBe(true);
    expect(composed(shuffle(2, 12), shuffle(3, 12))).toBeUndefined();
    expect(composed(shuffle(2, 6), reordering([[6], [4], [5]], [[1], [0], [2]]))).toEqual({
      factors: [[2, 3], [4], [5]],
      order: [[2], [1, 0], [3]],
    });
  });

  it("has no factors of 1", () => {
    expect(reordering([[1, 6], [1], [5]], [[1, 0], [2], [3]])).toEqual({
      factors: [[6], [], [5]],
      order: [[0], [], [1]],
    });
    expect(isIdle(shuffle(1, 6)) && isIdle(shuffle(6, 6))).toBe(true);
  });
});
