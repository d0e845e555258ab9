import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { closingLine, tally } from "../support/closing-line.ts";
import { plant, root, withTempFolder } from "../support/paths.ts";

describe("the closing line", () => {
  test("counts failures outside of tests", () => {
    const modules = [
      { outcomes: ["passed", "passed", "skipped"], errors: 0 },
      { outcomes: ["failed"], errors: 1 },
    ];
    expect(closingLine(tally(modules, 1, "failed"))).toBe("2 passed, 3 failed\n");
  });

  test("never says 0 failed for a run that was stopped or found no test", () => {
    expect(tally([], 0, "failed")).toEqual({ passed: 0, failed: 1 });
    expect(tally([{ outcomes: ["passed"], errors: 0 }], 0, "interrupted").failed).toBe(1);
  });

  test("stands alone at the end of a run, also of one that fails", async () => {
    const output = await withTempFolder((folder) => {
      plant(folder, {
        "a.test.ts": `import { test } from "vitest"; test("a", () => {}); test("b", () => { throw 1; });`,
        "b.test.ts": `import "./missing.ts";`,
      });
      fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
      const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
      const reporter = path.join(root, "test/support/closing-line.ts");
      const args = ["run", "--reporter=default", `--reporter=${reporter}`];
      const env = { ...process.env, FORCE_COLOR: "1" };
      const result = spawnSync(process.execPath, [vitest, ...args], {
        cwd: folder,
        env,
        encoding: "utf8",
      });
      expect(result.status).toBe(1);
      return result.stdout;
    });
    expect(output.endsWith("\n1 passed, 2 failed\n")).toBe(true);
  });
});
