import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/paths.ts";

const script = path.join(root, "test/bench/bench.mjs");

test.each([[], ["speed"], ["toString"]])("npm run bench -- %s tells what can be measured", (...what) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...what], { encoding: "utf8" });
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /^what to measure:\n.*-- inference .*\n.*-- training .*\n.*-- accuracy .*\n.*-- loading .*\n.*-- loss-curves .*\n$/,
  );
});
