import { describe, expect, it } from "vitest";
import { tapsOf, transposed, type AxisMap } from "../../compiler/ir/axis-map.ts";

const line = (start: number, step: number, beyond: "nothing" | "edge" | "reflect" = "nothing"): AxisMap => ({
  map: "line",
  start,
  step,
  beyond,
});
/** The elements alone, where each position reads at most one. */
const read = (axis: AxisMap, n: number, m: number): unknown => tapsOf(axis, n, m).map(([tap]) => tap?.at);
const weights = (axis: AxisMap, n: number, m: number): unknown =>
  tapsOf(axis, n, m).map((taps) => Object.fromEntries(taps.map(({ at, weight }) => [at, weight])));

describe("what positions read of an axis", () => {
  it("is a line, with nothing, the edge or a mirror image beyond", () => {
    expect(read(line(1, 2), 6, 3)).toEqual([1, 3, 5]);
    expect(read(line(-2, 1), 3, 6)).toEqual([undefined, undefined, 0, 1, 2, undefined]);
    expect(read(line(-2, 1, "edge"), 3, 6)).toEqual([0, 0, 0, 1, 2, 2]);
    expect(read(line(-2, 1, "reflect"), 3, 7)).toEqual([2, 1, 0, 1, 2, 1, 0]);
  });

  // PyTorch 2: interpolate(torch.arange(n.)[None, None], size=m, mode="nearest").
  it("is the nearest element below", () => {
    expect(read({ map: "nearest" }, 3, 7)).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(read({ map: "nearest" }, 7, 3)).toEqual([0, 2, 4]);
  });

  it("is between two elements", () => {
    expect(weights({ map: "linear", aligned: false }, 2, 4)).toEqual([
      { 0: 1 },
      { 0: 0.75, 1: 0.25 },
      { 0: 0.25, 1: 0.75 },
      { 1: 1 },
    ]);
    expect(weights({ map: "linear", aligned: true }, 3, 5)).toEqual([
      { 0: 1 },
      { 0: 0.5, 1: 0.5 },
      { 1: 1 },
      { 1: 0.5, 2: 0.5 },
      { 2: 1 },
    ]);
    expect(weights({ map: "linear", aligned: true }, 3, 1)).toEqual([{ 0: 1 }]);
    expect(weights({ map: "linear", aligned: false }, 8, 2)).toEqual([
      { 1: 0.5, 2: 0.5 },
      { 5: 0.5, 6: 0.5 },
    ]);
  });

  it("is the mean of a share", () => {
    expect(weights({ map: "share" }, 5, 2)).toEqual([
      { 0: 1 / 3, 1: 1 / 3, 2: 1 / 3 },
      { 2: 1 / 3, 3: 1 / 3, 4: 1 / 3 },
    ]);
  });

  it("turns into what reads each element, in the order of positions", () => {
    const back = transposed(tapsOf(line(-2, 1, "reflect"), 3, 6), 3);
    expect(back.map((taps) => taps.map(({ at }) => at))).toEqual([[2], [1, 3, 5], [0, 4]]);
    const linear = tapsOf({ map: "linear", aligned: false }, 4, 7);
    expect(transposed(transposed(linear, 4), 7)).toEqual(linear);
  });
});
