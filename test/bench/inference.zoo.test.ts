import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { root, withTempFolder } from "../support/paths.ts";

const script = path.join(root, "test/bench/bench.mjs");

test("the bench of predictions compares, times and tells memory, loading and size", async () => {
  await withTempFolder((folder) => {
    const json = path.join(folder, "bench.json");
    const what = ["--models", "relu1,lenet5", "--threads", "1", "--batch", "1", "--rounds", "1", "--block", "5"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, "inference", ...what, "--json", json], {
      cwd: root,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^model +batch +threads +ours ms[^]*^relu1 +1 +1 [^]*^lenet5 +1 +1 /m);
    const { peak, rows } = JSON.parse(fs.readFileSync(json, "utf8"));
    expect(peak[1]).toBeGreaterThan(1e9);
    for (const row of rows) {
      expect(row.difference).toBeLessThanOrEqual(1e-4);
      for (const number of [row.oursMs, row.theirsMs, row.ratio, row.addonBytes]) expect(number).toBeGreaterThan(0);
      for (const side of [row.alone.ours, row.alone.theirs]) {
        expect(side.loadMs).toBeGreaterThan(0);
        expect(side.rssBytes).toBeGreaterThan(2 ** 20);
      }
    }
    expect(rows.map((row: { model: string; target: number }) => [row.model, row.target])).toEqual([
      ["relu1", 4],
      ["lenet5", 3],
    ]);
    // 2·416,520 operations in the time of a call.
    expect(rows[1].flops * (rows[1].oursMs / 1000)).toBeCloseTo(833_040, 3);
  });
});
