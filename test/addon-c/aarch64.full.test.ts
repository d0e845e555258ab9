import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildLeNet, clothes, suiteFolder } from "../compile/lenet.ts";
import { aarch64Tools } from "../support/aarch64-tools.ts";
import { hostSources } from "../support/host-sources.ts";
import { root } from "../support/paths.ts";
import { readFloats } from "./read-floats.ts";

/** The products of a build for aarch64 and the host's parts, in C and C++ programs that are compiled here and run there. */

const folder = suiteFolder();
const at = (...names: string[]): string => path.join(folder, ...names);
const checks = (name: string): string => path.join(root, "test/addon/fake-model", name);
const native = (...names: string[]): string[] => names.map((name) => path.join(root, "native", name));

function compileProgram(name: string, ...args: string[]): void {
  const flags = ["-static", "-Wall", "-Wextra", "-I", at("lenet"), "-I", path.join(root, "native/addon")];
  const { status, stderr } = spawnSync(aarch64Tools().compiler, [...flags, ...args, "-pthread", "-o", at(name)]);
  expect(status, String(stderr)).toBe(0);
}

function run(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const [command, ...rest] = [...aarch64Tools().emulator, at(name), ...args];
  return spawnSync(command!, rest, { encoding: "utf8", env: { ...process.env, ...env } });
}

describe("LeNet for aarch64", () => {
  const count = 20;
  const args = [at("lenet.safetensors"), at("pictures"), `${count}`, "2"];
  let foreign: Awaited<ReturnType<typeof buildLeNet>>["LeNet"];
  let expected: Float32Array;

  beforeAll(async () => {
    foreign = (await buildLeNet(at("lenet"), ["aarch64"])).LeNet;
    compileProgram(
      "predict",
      "-x",
      "c",
      path.join(import.meta.dirname, "predict.c"),
      "-x",
      "none",
      at("lenet/liblenet.a"),
      "-lstdc++",
    );
    const { LeNet } = await buildLeNet(at("own"));
    const { images } = await clothes("test");
    using net = await LeNet.load({ seed: 5 });
    await net.save(args[0]!);
    const pictures = images.subarray(0, count * 784);
    fs.writeFileSync(args[1]!, pictures);
    expected = net.predictSync({ image: pictures }).clothing.probabilities;
  });

  it("predicts from C what this machine's addon does, to rounding", () => {
    const { status, stdout, stderr } = run("predict", args);
    expect(status, stderr).toBe(0);
    const found = readFloats(stdout);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!), `${i}`).toBeLessThan(1e-6));
  });

  it("is refused where CNNC_CPU names a level of another architecture", () => {
    const { stderr } = run("predict", args, { CNNC_CPU: "x86-64-v3" });
    expect(stderr).toBe("CNNC_CPU is x86-64-v3, but it may be aarch64 alone\n");
  });

  it("loads in Node of its architecture, and tells any other what it was built for", async () => {
    const loading = foreign.load({ seed: 5 });
    if (process.arch === "arm64") return (await loading).dispose();
    await expect(loading).rejects.toThrow(
      `LeNet was built for aarch64, and this Node is for ${process.arch}; build lenet.cnn for this machine`,
    );
  });
});

describe("the host on aarch64", () => {
  beforeAll(() => {
    compileProgram("pool", "-std=c++20", "-O2", checks("pool-check.cc"), ...native("parallel/pool.cc"));
    compileProgram("host", "-std=c++20", checks("host-check.cc"), ...native(...hostSources));
  });

  it("runs units on all threads, and flushes denormals there and nowhere else", () => {
    expect(run("pool", ["few"]).stdout).toBe("done\n");
  });

  it("finds elements in every layout, and has aligned memory", () => {
    expect(run("host").stdout).toBe("done\n");
  });
});
