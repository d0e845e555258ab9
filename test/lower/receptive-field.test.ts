import { expect, test } from "vitest";
import { receptiveFields } from "../../compiler/lower/receptive-field.ts";
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

test("a larger picture has neighbours within a pixel", () => {
  const after = (links: string): unknown => seen(`input x: f32[8, 6, 5]\n y = x -> ${links}`);
  expect(after("upsample(2)")).toMatchObject({ rows: 1, columns: 1, rowStep: 0.5, columnStep: 0.5 });
  expect(after("upsample(2) -> conv(4, kernel=3)")).toMatchObject({ rows: 2, columns: 2 });
  expect(after("upsample([1, 4]) -> conv(4, kernel=3) -> conv(4, kernel=3)")).toMatchObject({ rows: 5, columns: 2 });
  expect(after("upsample(2, mode=bilinear)")).toMatchObject({ rows: 2, columns: 2, rowStep: 0.5 });
  expect(after("pixel_shuffle(2) -> conv(4, kernel=5)")).toMatchObject({ rows: 3, columns: 3, rowStep: 0.5 });
});

test("slices, pads and exchanged axes keep pixels what they are", () => {
  const after = (links: string): unknown => seen(`input x: f32[8, 6, 5]\n y = x -> ${links}`);
  expect(after("pad(2) -> slice(height, 0, end, 2)")).toMatchObject({ rows: 1, rowStep: 2, columnStep: 1 });
  const turned = after("conv(4, kernel=[3, 1], stride=[2, 1]) -> permute([0, 2, 1])");
  expect(turned).toMatchObject({ rows: 1, columns: 3, rowStep: 1, columnStep: 2 });
});

test("behind a transposed convolution neighbours share what they see", () => {
  const up = (chain: string): unknown => seen(`input x: f32[2, 8, 9]\n y = x -> ${chain}`);
  expect(up("conv_transpose(4, kernel=2, stride=2)")).toEqual({ rows: 1, columns: 1, rowStep: 0.5, columnStep: 0.5 });
  expect(up("conv_transpose(4, kernel=[3, 5], stride=2)")).toMatchObject({ rows: 2, columns: 3 });
  // Four pixels of a doubled picture may come of three.
  expect(up("conv_transpose(4, kernel=2, stride=2) -> conv(4, kernel=4)")).toMatchObject({ rows: 3, columns: 3 });
  expect(up("max_pool(2, pad=[0, 0, 0, 1]) -> conv_transpose(4, kernel=2, stride=2)")).toMatchObject({
    rows: 2,
    rowStep: 1,
  });
});

test("all frequencies of a piece of a signal see the same samples", () => {
  const heard = (links: string): unknown => seen(`input x: f32[1, 4000]\n y = x -> ${links}`);
  const spectrum = "log_mel(rate=8kHz, window=25ms, hop=10ms, bands=32)";
  expect(heard(spectrum)).toEqual({ rows: 1, columns: 200, rowStep: 0, columnStep: 80 });
  expect(heard(`${spectrum} -> conv(4, kernel=3)`)).toMatchObject({ rows: 1, columns: 200 + 2 * 80 });
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
