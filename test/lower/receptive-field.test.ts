import { expect, test } from "vitest";
import { receptiveFields } from "../../compiler/lower/receptive-field.ts";
import { largestShare, shareOf } from "../../compiler/shape/window.ts";
import { modelOf } from "../../compiler/testing/index.ts";

/** What the elements of `y` see. */
const seen = (lines: string): unknown =>
  receptiveFields(modelOf("Seen", `${lines}\n output all: f32[y.size] = y -> flatten`)).get("all.flatten1");

test("joined values see what the one of them sees that sees most", () => {
  const branches = `input x: f32[3, 16, 16]
    y = concat(x -> conv(4, kernel=[3, 1], pad=[1, 0]), x, x -> conv(4, kernel=[1, 5], pad=[0, 2]))`;
  expect(seen(branches)).toMatchObject({ rows: 3, columns: 5 });
});

test("a pool to a size sees its largest window", () => {
  const pool = (size: string): unknown => seen(`input x: f32[3, 8, 7]\n y = x -> adaptive_avg_pool(${size})`);
  expect(pool("[4, 7]")).toMatchObject({ rows: 2, columns: 1, rowStep: 2, columnStep: 1 });
  expect(pool("[3, 5]")).toMatchObject({ rows: 4, columns: 3, rowStep: 3, columnStep: 2 });
});

test("the largest window is the largest of all", () => {
  for (let n = 1; n <= 24; n++)
    for (let count = 1; count <= 24; count++) {
      const sizes = Array.from({ length: count }, (_, p) => {
        const { begin, end } = shareOf(p, count, n);
        return end - begin;
      });
      expect(largestShare(count, n), `${n} pixels among ${count}`).toBe(Math.max(...sizes));
    }
});

test("an element of a sequence sees steps, and one row", () => {
  const chain = `input x: f32[2, 40]
    y = x -> conv(4, kernel=5, stride=2) -> max_pool(2) -> conv(4, kernel=3, dilation=2)`;
  expect(seen(chain)).toEqual({ rows: 1, columns: 5 + 2 + 4 * 4, rowStep: 1, columnStep: 4 });
  expect(seen("input x: f32[2, 10]\n y = x -> adaptive_avg_pool(4)")).toMatchObject({
    rows: 1,
    columns: 3,
    columnStep: 3,
  });
});
