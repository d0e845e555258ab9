import { expect, test } from "vitest";
import { readText } from "../support/paths.ts";

test("the bounds of the page on numbers are those that the functions are tested with", () => {
  const rows = readText("docs/numerics.md").matchAll(/\| +([\d.]+) +\| +([\d.]+) +\|/g);
  const checks = readText("test/native/math.cpp").matchAll(/check\(\{"\w+", ([\d.]+), ([\d.]+),/g);
  const bounds = (found: Iterable<RegExpExecArray>) =>
    [...found].map(([, fused, unfused]) => [Number(fused), Number(unfused)]);
  expect(bounds(rows)).toEqual(bounds(checks));
});
