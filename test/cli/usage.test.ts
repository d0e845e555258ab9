import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { readText, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncHere, lenet } from "./cnnc.ts";

const version = (JSON.parse(readText("package.json")) as { version: string }).version;

describe("cnnc", () => {
  test("tells its version", async () => {
    expect(await cnnc(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("lists its commands", async () => {
    const { code, stdout } = await cnnc(["--help"]);
    expect(code).toBe(0);
    for (const name of ["check", "summary", "graph", "explain", "build", "train", "eval", "predict"])
      expect(stdout).toContain(name);
  });

  test("closed pipes are nothing to report", async () => {
    const { code, stderr } = await cnnc(["explain", lenet, "--source"], { onOutput: (_, kill) => kill("SIGPIPE") });
    expect([code === 0 || code === null, stderr]).toEqual([true, ""]);
  });
});

describe("wrong usage ends with 2 and one clear sentence", () => {
  test.each([
    [["chek", lenet], /unknown command 'chek'[^]*Did you mean check\?/],
    [["check"], /missing required argument/],
    [["check", lenet, "--jsn"], /unknown option '--jsn'[^]*Did you mean --json\?/],
    [["check", "nowhere.cnn"], /nowhere\.cnn cannot be read: there is no such file/],
    [["check", "examples"], /examples cannot be read: it is a folder/],
    [["check", lenet, "--set", "width"], /form NAME=VALUE/],
    [["explain", lenet, "--pass", "fusee"], /no pass called fusee\nhelp: did you mean fuse\?/],
    [["explain", lenet, "--arena", "--source"], /two views/],
    [["build", lenet, "--cpu", "sse"], /Allowed choices are native, x86-64, x86-64-v3, x86-64-v4, aarch64/],
    [
      ["build", lenet, "--cpu", "aarch64,x86-64-v3"],
      /x86-64-v3 and aarch64 are two architectures, and an addon is for one\nhelp: build once for each/,
    ],
    [["train", lenet], /required option '--data <folder>' not specified/],
    [["train", lenet, "--data", "nowhere"], /nowhere is no folder/],
    [["train", lenet, "--data", "docs"], /docs holds no data that can be read\nhelp: it should have IDX files/],
    [["train", lenet, "--data", "examples/data", "--epochs", "0"], /whole number, 1 or more/],
    [["train", lenet, "--data", "examples/data", "--out", "nowhere/w"], /nowhere is no folder/],
    [["predict", lenet, "--weights", "w"], /name the samples to predict for/],
    [["train", lenet, "--data", "examples/data", "--out", "w".repeat(250)], /w cannot be written: ENAMETOOLONG/],
    [
      ["predict", lenet, "--weights", "w", "a.png", "--rows", "1"],
      /--rows names rows of IDX or NPY files\nhelp: --data FOLDER/,
    ],
    [["predict", lenet, "--weights", "w", "--data", "examples/data", "--rows", "a"], /form 0,5,7 or 0\.\.9/],
  ])("cnnc %j", async (args, message) => {
    const { code, stdout, stderr } = await cnncHere(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([code, stdout]).toEqual([2, ""]);
  });

  test("a compiler that is missing", async () => {
    await withTempFolder(async (folder) => {
      const { code, stderr } = await cnnc(["build", lenet, "--out", path.join(folder, "out")], {
        env: { CXX: "no-compiler" },
      });
      expect([code, stderr]).toEqual([2, expect.stringMatching(/CXX names no-compiler[^]*help: install one/)]);
    });
  });

  test("a compiler for another architecture that is missing", async () => {
    const [cpu, machine] = process.arch === "arm64" ? ["x86-64", "x86_64"] : ["aarch64", "aarch64"];
    await withTempFolder(async (folder) => {
      const args = ["build", lenet, "--cpu", cpu!, "--out", path.join(folder, "out")];
      const { code, stderr } = await cnnc(args, { env: { PATH: folder } });
      const missing = `error: no C++ compiler for ${machine} was found (${machine}-linux-gnu-g++)\n`;
      const mend = `help: install one: apt-get install g++-${machine!.replace("_", "-")}-linux-gnu; on an`;
      expect([code, stderr]).toEqual([2, expect.stringContaining(missing + mend)]);
    });
  });
});
