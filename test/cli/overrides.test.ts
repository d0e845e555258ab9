import { expect, test } from "vitest";
import { collectOverride, constantOf, rows } from "../../compiler/cli/overrides.ts";

test.each([
  ["32", 32],
  ["-0.5", -0.5],
  ["1.001K", 1001],
  ["2MiB", 2 ** 21],
  ["1e-3", 1e-3],
  ["true", true],
  ["[16, 32,64]", [16, 32, 64]],
  ["[]", []],
  ["[[1, 2], [3], true]", [[1, 2], [3], true]],
  ["7x", { kind: "string", value: "7x" }],
  ["he", { kind: "string", value: "he" }],
])("--set name=%s", (text, constant) => {
  expect(constantOf(text)).toEqual(constant);
});

test("--set may stand several times", () => {
  expect(collectOverride("b=2", collectOverride("a=1"))).toEqual({ a: 1, b: 2 });
});

test("--rows takes numbers and ranges", () => {
  expect(rows("0, 5,7..9")).toEqual([0, 5, 7, 8, 9]);
});
