import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { normcdf, evaluate } from "../../compiler/ir/evaluate.ts";
import { e } from "../../compiler/ir/expression.ts";
import { normalOf, spreadOf } from "../../compiler/ir/augmenting.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { batch, seenBy, seeing } from "./augmented.ts";
import { buildQuickly } from "../support/build-quickly.ts";

/** Pictures whose two channels are the distances from the centre, so that a map can be read off what is seen. */
const [height, width] = [33, 41] as const;
const middle = [(height - 1) / 2, (width - 1) / 2] as const;
const ramps = Array.from({ length: batch * 2 * height * width }, (_, i) => {
  const [w, h, c] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height)) % 2];
  return c === 0 ? w - middle[1] : h - middle[0];
});

const words = {
  Flip: "flip(horizontal, p=0.3)",
  Shift: "shift([0.1, 0.2])",
  Rotate: "rotate(-20deg..40deg)",
  Shear: "shear(-10deg..30deg)",
  Whole: "shift([2/33, 3/41], whole=true)",
  Scale: "scale(1..1.5)",
  Crop: "crop(0.4..0.6, ratio=0.8..1.25)",
} as const;
const models = Object.entries(words).map(([name, link]) =>
  seeing(name, `augment image -> ${link}`, { dtype: "f32", shape: [2, height, width] }),
);

interface Map {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** A map is linear: its numbers stand at the centre and ten pixels beside it. */
function mapOf(seen: Float64Array): Map {
  const at = (c: number, y: number, x: number): number => seen[(c * height + y + middle[0]) * width + x + middle[1]]!;
  const [x0, y0] = [at(0, 0, 0), at(1, 0, 0)];
  return {
    ...{ x0, xx: (at(0, 0, 10) - x0) / 10, xy: (at(0, 10, 0) - x0) / 10 },
    ...{ y0, yx: (at(1, 0, 10) - y0) / 10, yy: (at(1, 10, 0) - y0) / 10 },
  };
}

/** Uniform from a to b: nothing outside, both ends nearly reached, the mean within four standard errors. */
function expectUniform(values: readonly number[], a: number, b: number): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const error = (b - a) / Math.sqrt(12 * values.length);
  expect(Math.abs(mean - (a + b) / 2)).toBeLessThan(4 * error);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const slack = 1e-4 * Math.max(1, b - a);
  expect(least).toBeGreaterThan(a - slack);
  expect(least).toBeLessThan(a + 0.02 * (b - a));
  expect(most).toBeLessThan(b + slack);
  expect(most).toBeGreaterThan(b - 0.02 * (b - a));
}

describe("what augmentations draw", () => {
  let addon: Addon;
  const maps = (word: keyof typeof words): Map[] => {
    const model = models.find(({ name }) => name === word)!;
    return Array.from({ length: 100 }, (_, step) => seenBy(addon, model, ramps, { step }).map(mapOf)).flat();
  };
  beforeAll(async () => {
    addon = await buildQuickly("augment_draws", models, nativeIsa(), () => ["gradient"]);
  });

  it("flip: with probability p", () => {
    const drawn = maps("Flip");
    const flips = drawn.filter(({ xx }) => xx < 0).length;
    expect(Math.abs(flips - 0.3 * drawn.length)).toBeLessThan(4 * Math.sqrt(0.3 * 0.7 * drawn.length));
    for (const { xx, yy } of drawn) expect([Math.abs(xx), yy]).toEqual([1, 1]);
  });

  it("shift: each direction by itself, by shares of its size", () => {
    const drawn = maps("Shift");
    const [x, y] = [drawn.map(({ x0 }) => x0 / width), drawn.map(({ y0 }) => y0 / height)];
    expectUniform(x, -0.2, 0.2);
    expectUniform(y, -0.1, 0.1);
    const correlation = x.reduce((sum, value, i) => sum + value * y[i]!, 0) / x.length / ((0.2 * 0.1) / 3);
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(x.length));
  });

  it("rotate: anticlockwise as seen, between the angles", () => {
    const drawn = maps("Rotate");
    // A point on the right comes from one below where the picture turns anticlockwise.
    expectUniform(
      drawn.map(({ yx, xx }) => (Math.atan2(yx, xx) * 180) / Math.PI),
      -20,
      40,
    );
    for (const { xx, xy, yx, yy } of drawn) expect([yy, xy]).toEqual([expect.closeTo(xx, 3), expect.closeTo(-yx, 3)]);
  });

  it("shear: rows slide, upright lines lean to the right", () => {
    const drawn = maps("Shear");
    // A point above the centre, where y is below 0, comes from one farther left where lines lean to the right.
    expectUniform(
      drawn.map(({ xy }) => (Math.atan(xy) * 180) / Math.PI),
      -10,
      30,
    );
    for (const { xx, yx, yy } of drawn) expect([xx, yx, yy]).toEqual([1, 0, 1]);
  });

  it("shift, whole: all numbers of pixels equally often", () => {
    const drawn = maps("Whole");
    for (const [most, moves] of [
      [3, drawn.map(({ x0 }) => x0)],
      [2, drawn.map(({ y0 }) => y0)],
    ] as const) {
      const share = 1 / (2 * most + 1);
      for (let pixels = -most; pixels <= most; pixels++) {
        const found = moves.filter((move) => move === pixels).length / moves.length;
        expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / moves.length));
      }
      expect(moves.filter((move) => !Number.isInteger(move) || Math.abs(move) > most)).toEqual([]);
    }
  });

  it("scale: one factor for both directions", () => {
    const drawn = maps("Scale");
    expectUniform(
      drawn.map(({ xx }) => 1 / xx),
      1,
      1.5,
    );
    for (const { xx, yy } of drawn) expect(yy).toBeCloseTo(xx, 4);
  });

  it("crop: share of the area, aspect ratio and place", () => {
    const drawn = maps("Crop");
    expectUniform(
      drawn.map(({ xx, yy }) => xx * yy),
      0.4,
      0.6,
    );
    expectUniform(
      drawn.map(({ xx, yy }) => Math.log(xx / yy)),
      Math.log(0.8),
      Math.log(1.25),
    );
    expectUniform(
      drawn.map(({ xx, x0 }) => x0 / ((1 - xx) * middle[1])),
      -1,
      1,
    );
    expectUniform(
      drawn.map(({ yy, y0 }) => y0 / ((1 - yy) * middle[0])),
      -1,
      1,
    );
  });
});

describe("what colours draw", () => {
  it("noise: numbers of a standard normal, to the end of what a draw of 24 bits can tell", () => {
    const normal = (u: number): number => {
      const [draw, spread] = [e.value("u"), e.value("w")];
      const w = evaluate(spreadOf(draw), () => u);
      return evaluate(normalOf(draw, spread), (leaf) => (leaf === draw ? u : w));
    };
    for (const k of [0, 1, 5, 1000, 2 ** 20, 2 ** 22, 2 ** 23 - 1, 2 ** 23, 2 ** 24 - 2 ** 18, 2 ** 24 - 1]) {
      const share = (k + 0.5) * 2 ** -24;
      expect(normcdf(normal(k * 2 ** -24)) / share).toBeCloseTo(1, 4);
    }
    expect(normal(0)).toBe(-normal(1 - 2 ** -24));
  });

  it("cutout: a rectangle with its sides, its centre anywhere, of so many pictures", async () => {
    const shape = [1, 20, 30] as const;
    const model = seeing("Cut", "augment image -> cutout([0.4, 0.2], p=0.75, grey=1)", { dtype: "f32", shape });
    const addon = await buildQuickly("augment_cutout", [model], nativeIsa(), () => ["gradient"]);
    const pictures = Array.from({ length: batch * 600 }, () => 0);
    const centres: (readonly [number, number])[] = [];
    const steps = 60;
    for (let step = 0; step < steps; step++)
      for (const seen of seenBy(addon, model, pictures, { step })) {
        const cut = Array.from(seen.keys()).filter((i) => seen[i] === 1);
        if (cut.length === 0) continue;
        const [rows, columns] = [cut.map((i) => Math.floor(i / 30)), cut.map((i) => i % 30)];
        const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
        const [left, right] = [Math.min(...columns), Math.max(...columns)];
        const [height, width] = [bottom - top + 1, right - left + 1];
        expect(cut.length).toBe(height * width);
        const inside = top > 0 && left > 0 && bottom < 19 && right < 29;
        if (inside) expect([height, width]).toEqual([8, 6]);
        centres.push([(top + bottom) / 2, (left + right) / 2]);
      }
    const all = batch * steps;
    expect(Math.abs(centres.length / all - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / all));
    const mean = (at: 0 | 1): number => centres.reduce((sum, centre) => sum + centre[at], 0) / centres.length;
    expect(Math.abs(mean(0) - 9.5)).toBeLessThan((4 * 20) / Math.sqrt(12 * centres.length));
    expect(Math.abs(mean(1) - 14.5)).toBeLessThan((4 * 30) / Math.sqrt(12 * centres.length));
  });
});
