import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildLeNet, clothes, suiteFolder } from "../compile/lenet.ts";
import { readFloats } from "./read-floats.ts";

const folder = suiteFolder();
const at = (name: string): string => path.join(folder, name);
const count = 100;
let expected: Float32Array;

beforeAll(async () => {
  const { LeNet } = await buildLeNet(folder);
  const { images } = await clothes("test");
  using net = await LeNet.load({ seed: 5, threads: 1 });
  await net.save(at("lenet.safetensors"));
  expected = net.predictSync({ image: images.subarray(0, count * 784) }).clothing.probabilities;
  fs.writeFileSync(at("pictures"), images.subarray(0, count * 784));
  const warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"];
  const source = path.join(import.meta.dirname, "predict.c");
  execFileSync("gcc", [...warnings, "-c", "-I", folder, source, "-o", at("predict.o")]);
  execFileSync("g++", [at("predict.o"), at("liblenet.a"), "-lpthread", "-o", at("predict")]);
});

function predict(...args: string[]) {
  return spawnSync(at("predict"), args, { encoding: "utf8" });
}

describe("a C program without Node", () => {
  it.each([1, 2])("predicts what the addon predicts, to the bit, on %d threads", (threads) => {
    const { status, stdout, stderr } = predict(at("lenet.safetensors"), at("pictures"), `${count}`, `${threads}`);
    expect(stderr).toBe("logits.conv1.weight has no value: load weights first\n");
    expect(status).toBe(0);
    expect(readFloats(stdout)).toEqual([...expected]);
  });

  it("needs neither Node nor another shared library of ours", () => {
    const libraries = execFileSync("ldd", [at("predict")], { encoding: "utf8" });
    expect(libraries).not.toMatch(/node|lenet|cnnc/i);
  });

  it("hears of weights that are not there", () => {
    const { status, stderr } = predict(at("none.safetensors"), at("pictures"), "1", "1");
    expect(status).toBe(1);
    expect(stderr).toContain("none.safetensors cannot be opened");
  });
});

describe("lenet.h", () => {
  it("stands alone, in C and in C++", () => {
    fs.writeFileSync(at("alone.c"), '#include "lenet.h"\nint main(void) { return 0; }\n');
    fs.copyFileSync(at("alone.c"), at("alone.cpp"));
    const strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I", folder];
    execFileSync("gcc", ["-std=c99", ...strict, at("alone.c")]);
    execFileSync("g++", ["-std=c++11", ...strict, at("alone.cpp")]);
  });
});
