import { expect, test } from "vitest";
import { double, float } from "../../compiler/emit/cpp/names.ts";

test.each([
  [2, "2.", "2.f"],
  [0.1, "0.1", "0.1f"],
  [1e-7, "1e-7", "1e-7f"],
  [1e30, "1e+30", "1e+30f"],
])("%d as literals of C++", (number, asDouble, asFloat) => {
  expect([double(number), float(number)]).toEqual([asDouble, asFloat]);
});
