import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { plant, readText, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncHere, lenet } from "./cnnc.ts";

const wrong = "test/check/cases/CNN202-misspelt.cnn";
const warned = "test/check/cases/CNN307-lost.cnn";

describe("cnnc check", () => {
  test("ends with 0 when all is well", async () => {
    expect(await cnnc(["check", lenet])).toEqual({ code: 0, stdout: `${lenet}: no problems in LeNet\n`, stderr: "" });
  });

  test("is silent with --quiet when all is well", async () => {
    expect(await cnncHere(["check", lenet, "--quiet"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("prints code frames and ends with 1 on errors", async () => {
    const { code, stdout, stderr } = await cnncHere(["check", wrong]);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("error[CNN202]: there is no operator called `konv`");
    expect(stdout).toContain(`--> ${wrong}:3:16`);
    expect(stdout).not.toContain("\u001b");
  });

  test("colours when it is told to", async () => {
    const { stdout } = await cnncHere(["check", wrong], { env: { FORCE_COLOR: "1" } });
    expect(stdout).toContain("\u001b[1;31m");
  });

  test("ends with 0 on warnings", async () => {
    const { code, stdout } = await cnncHere(["check", warned]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("warning[CNN307]")]);
  });

  test("checks several files", async () => {
    const { code, stdout } = await cnncHere(["check", lenet, wrong]);
    expect([code, stdout]).toEqual([1, expect.stringContaining("no problems in LeNet")]);
    expect(stdout).toContain("CNN202");
  });

  test("reports what does not parse, and only that", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, { "a.cnn": "model M { input x: f32[3]  output y: f32[3] = x -> }" });
      const { code, stdout } = await cnncHere(["check", path.join(folder, "a.cnn")]);
      expect([code, stdout.match(/error\[CNN\d+\]/g)]).toEqual([1, ["error[CNN101]"]]);
    });
  });

  test("holds the arena's budget", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, { "a.cnn": readText(lenet).replace("256KiB", "2KiB") });
      const { code, stdout } = await cnncHere(["check", path.join(folder, "a.cnn")]);
      expect([code, stdout]).toEqual([1, expect.stringContaining("error[CNN403]")]);
    });
  });

  test("prints places, notes and fixes for programs", async () => {
    const { code, stdout } = await cnncHere(["check", wrong, "--json"]);
    const { diagnostics, models } = JSON.parse(stdout) as { diagnostics: Record<string, unknown>[]; models: unknown[] };
    expect([code, models, diagnostics.length]).toEqual([1, [], 2]);
    expect(diagnostics[0]).toEqual({
      code: "CNN202",
      severity: "error",
      message: "there is no operator called `konv`",
      file: wrong,
      start: { line: 3, column: 16, offset: 55 },
      end: { line: 3, column: 20, offset: 59 },
      notes: [],
      fix: {
        title: "did you mean `conv`?",
        edits: [
          {
            file: wrong,
            start: { line: 3, column: 16, offset: 55 },
            end: { line: 3, column: 20, offset: 59 },
            text: "conv",
          },
        ],
      },
    });
  });

  test("sets parameters and chooses models", async () => {
    await withTempFolder(async (folder) => {
      const model = (name: string): string =>
        `model ${name}(width=4) { input x: f32[8]  output y: f32[width] = x -> dense(width)  budget { params < 40 } }\n`;
      plant(folder, { "a.cnn": model("A") + model("B") });
      const file = path.join(folder, "a.cnn");
      expect((await cnncHere(["check", file])).stdout).toContain("no problems in A, B");
      expect((await cnncHere(["check", file, "--model", "B"])).stdout).toContain("no problems in B");
      const over = await cnncHere(["check", file, "--model", "B", "--set", "width=5"]);
      expect([over.code, over.stdout]).toEqual([
        1,
        expect.stringContaining("`B` has 45 parameters; its budget is < 40"),
      ]);
      const several = await cnncHere(["explain", file]);
      expect([several.code, several.stderr]).toEqual([1, expect.stringContaining("choose with `--model A`")]);
    });
  });
});
