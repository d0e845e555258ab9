import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { root } from "../support/paths.ts";
import { cnnc } from "./cnnc.ts";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-init-")));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const project = path.join(folder, "My digits");

/** Runs a script of the new project. */
function npmRun(...args: string[]) {
  return spawnSync("npm", ["run", "--silent", ...args], { cwd: project, encoding: "utf8" });
}

/** In order: the first test writes the project. */
describe("cnnc init", () => {
  test("writes a project", async () => {
    const { code, stdout } = await cnnc(["init", project]);
    expect(code).toBe(0);
    expect(stdout).toContain("npm run build");
    const names = [".gitignore", "README.md", "model.cnn", "package.json", "train.mjs"];
    expect(fs.readdirSync(project).sort()).toEqual(names);
    const { name } = JSON.parse(fs.readFileSync(path.join(project, "package.json"), "utf8")) as { name: string };
    expect(name).toBe("my-digits");
  });

  test("overwrites nothing", async () => {
    fs.writeFileSync(path.join(folder, "model.cnn"), "mine");
    const { code, stderr } = await cnnc(["init", folder]);
    expect(stderr).toContain(`${folder} has model.cnn already`);
    expect(code).toBe(2);
    expect(fs.readFileSync(path.join(folder, "model.cnn"), "utf8")).toBe("mine");
    expect(fs.existsSync(path.join(folder, "package.json"))).toBe(false);
  });

  test("what it writes checks, builds and trains", () => {
    // As `npm install` would, without a registry.
    fs.mkdirSync(path.join(project, "node_modules/.bin"), { recursive: true });
    fs.symlinkSync(root, path.join(project, "node_modules/cnnc"));
    fs.symlinkSync("../cnnc/dist/bin/cnnc.js", path.join(project, "node_modules/.bin/cnnc"));
    expect(npmRun("check").stdout).toBe("model.cnn: no problems in Digits\n");
    expect(npmRun("lint")).toMatchObject({ status: 0, stderr: "" });
    const built = npmRun("build");
    expect(built.stderr).toBe("");
    expect(built.status).toBe(0);
    const { stdout, stderr, status } = npmRun("train", "--", path.join(root, "examples/data"));
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/epoch 5 of 5: loss 0\.\d+\ntest accuracy: [78]\d\.\d%\n/);
    expect(fs.existsSync(path.join(project, "model.safetensors"))).toBe(true);
  });
});
