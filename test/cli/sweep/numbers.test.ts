import { describe, expect, test } from "vitest";
import { collectAxis } from "../../../compiler/cli/sweep/axes.ts";
import { roundEnds, survivors } from "../../../compiler/cli/sweep/halving.ts";
import { paretoFront } from "../../../compiler/cli/sweep/pareto.ts";
import { pointsOf, settingsOf } from "../../../compiler/cli/sweep/points.ts";
import { evenTicks, ratioTicks, shortCount } from "../../../compiler/cli/sweep/ticks.ts";

describe("axes", () => {
  test.each([
    ["1..3", ["1", "2", "3"]],
    ["-1..1", ["-1", "0", "1"]],
    ["16,32,16", ["16", "32"]],
    ["1..3,8", ["1", "2", "3", "8"]],
    ["0..0.3+0.1", ["0", "0.1", "0.2", "0.3"]],
    ["16..130*2", ["16", "32", "64", "128"]],
    ["1e-4..0.1*10", ["0.0001", "0.001", "0.01", "0.1"]],
    ["true,false", ["true", "false"]],
    ["[1, 2],[3]", ["[1, 2]", "[3]"]],
  ])("%s", (text, values) => {
    expect(collectAxis(`x=${text}`)).toEqual([{ name: "x", values }]);
  });

  test.each(["x", "x=", "=1", "x=1,", "x=3..1", "x=0.1..0.5", "x=1..2*1", "x=0..8*2", "x=1..2+0", "x=0..1e9"])(
    "%s is refused",
    (text) => {
      expect(() => collectAxis(text)).toThrow();
    },
  );

  test("stand once", () => {
    expect(() => collectAxis("x=2", collectAxis("x=1"))).toThrow("swept already");
  });
});

describe("points", () => {
  const axes = collectAxis("width=16,32", collectAxis("depth=1..3"));
  const names = (random?: number, seed = 0): string[] => pointsOf(axes, random, seed).map(({ name }) => name);

  test("of a grid stand in order, the last axis changing fastest", () => {
    expect(names().slice(0, 3)).toEqual(["depth=1 width=16", "depth=1 width=32", "depth=2 width=16"]);
    expect(names()).toHaveLength(6);
    expect(names(9)).toEqual(names());
  });

  test("that are drawn differ from each other, and are the same for the same seed", () => {
    expect(new Set(names(5)).size).toBe(5);
    expect(names(5)).toEqual(names(5));
    expect(names(5, 1)).not.toEqual(names(5, 2));
  });

  test("are drawn from grids that nobody could list", () => {
    const large = ["a", "b", "c", "d"].reduce((before, name) => collectAxis(`${name}=1..10000`, before), axes);
    expect(pointsOf(large, 20, 0)).toHaveLength(20);
  });

  test("set parameters of the model first, then options of the training", () => {
    const [point] = pointsOf(collectAxis("lr=0.1", collectAxis("batch=8")), undefined, 0);
    expect(settingsOf(point!, ["lr"])).toEqual({ batch: 8, set: { lr: 0.1 } });
    expect(settingsOf(point!, ["lr", "batch"])).toEqual({ set: { lr: 0.1, batch: 8 } });
  });
});

describe("successive halving", () => {
  test.each([
    [8, 3, 2, [1, 2, 4, 8]],
    [10, 2, 2, [3, 5, 10]],
    [9, 2, 3, [1, 3, 9]],
    [5, 0, 2, [5]],
  ])("of %d epochs, %d times by %d", (epochs, rounds, eta, ends) => {
    expect(roundEnds(epochs, { rounds, eta })).toEqual(ends);
  });

  test("keeps the best, in their order, and of equals the first", () => {
    const quality = [0.1, 0.5, 0.9, 0.5, 0.7];
    const kept = (eta: number): number[] => survivors([0, 1, 2, 3, 4], (i) => quality[i]!, eta);
    expect(kept(2)).toEqual([1, 2, 4]);
    expect(kept(3)).toEqual([2, 4]);
    expect(kept(9)).toEqual([2]);
    expect(survivors([], () => 0, 2)).toEqual([]);
  });
});

test("on the Pareto front nothing is as cheap and better", () => {
  const trades = [
    { name: "dear and bad", cost: 9, quality: 1 },
    { name: "cheap", cost: 1, quality: 1 },
    { name: "as cheap, worse", cost: 1, quality: 0 },
    { name: "as good, dearer", cost: 2, quality: 1 },
    { name: "best", cost: 5, quality: 3 },
    { name: "equal to the best", cost: 5, quality: 3 },
  ];
  expect(paretoFront(trades, (it) => it).map(({ name }) => name)).toEqual(["cheap", "best", "equal to the best"]);
});

describe("ticks", () => {
  test("are round numbers", () => {
    expect(evenTicks({ from: 0.82, to: 0.91 })).toEqual([0.82, 0.84, 0.86, 0.88, 0.9]);
    expect(ratioTicks({ from: 150, to: 2200 })).toEqual([200, 500, 1000, 2000]);
    expect(ratioTicks({ from: 1, to: 1e6 })).toEqual([1, 10, 100, 1000, 1e4, 1e5, 1e6]);
    expect(ratioTicks({ from: 61, to: 68 })).toEqual([62, 64, 66, 68]);
    expect([950, 20_000, 1.5e6, 4e9].map(shortCount)).toEqual(["950", "20K", "1.5M", "4G"]);
  });
});
