import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
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
