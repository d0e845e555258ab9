import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { findCompiler, versionOf } from "../../compiler/build/toolchain.ts";
import { defineModel } from "../../runtime/index.ts";
import { root } from "../support/paths.ts";
import { compileText, suiteFolder } from "./lenet.ts";

const text = `cnn 1
model Tiny {
  input x: f32[4]
  y = x -> dense(3)
  output kind: class("a", "b", "c") = y -> softmax
  train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.1)  batch = 2  epochs = 1 }
}
`;
const models = compileText(text, "tiny.cnn");
// A cache of its own, in a place that shells and makefiles stumble over.
const folder = path.join(suiteFolder(), "drei Wörter und «网 络» $HOME & 'so'");
const cache = path.join(folder, "cache");

beforeEach(() => void vi.stubEnv("CNNC_CACHE", cache));
afterEach(() => void vi.unstubAllEnvs());

/** Loads a built module in a process of its own, by the generated index.js, and predicts. */
async function predictInFreshProcess(out: string): Promise<unknown> {
  const modules = path.join(folder, "node_modules");
  if (!fs.existsSync(modules)) {
    fs.mkdirSync(modules);
    fs.symlinkSync(root, path.join(modules, "cnnc"));
  }
  const program = path.join(out, "try.mjs");
  fs.writeFileSync(
    program,
    `import { Tiny } from "./index.js";
const net = await Tiny.load({ seed: 1 });
const { kind } = await net.predict({ x: Float32Array.of(1, 2, 3, 4) });
console.log(JSON.stringify([...kind.probabilities]));
net.dispose();
`,
  );
  const child = spawn(process.execPath, [program], { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(0);
  return JSON.parse(output);
}

/** In order: the first test fills the cache. */
describe("a build", () => {
  it("of the same file at the same time, twice, succeeds twice, in a folder with spaces, quotes and other scripts", async () => {
    const outs = ["eins", "zwei"].map((name) => path.join(folder, name));
    const results = await Promise.all(outs.map((out) => build(models, { name: "tiny", out })));
    for (const { addon } of results) {
      const Tiny = defineModel<never>(models[0]!.manifest, addon);
      using net = await Tiny.load({ seed: 1 });
      expect(net.parameters.count).toBe(15);
    }
    const files = (out: string): Buffer[] =>
      ["tiny.node", "libtiny.a"].map((name) => fs.readFileSync(path.join(out, name)));
    expect(files(outs[0]!)).toEqual(files(outs[1]!));
    // Nothing is left of the work: an entry, that of the host and that of the headers, no half-built folder.
    const entries = fs.readdirSync(cache);
    expect(entries.filter((name) => !/^[0-9a-f]{32}$/.test(name))).toEqual([]);
    const headers = versionOf(findCompiler()!).includes("clang") ? [] : ["precompiled.h precompiled.h.gch"];
    const found = entries.map((entry) => fs.readdirSync(path.join(cache, entry)).sort().join(" "));
    expect(found.sort()).toEqual(["host.o node_glue.o", "libtiny.a tiny.node", ...headers]);
  });

  it("of what was built before comes from the cache, and works in a fresh process", async () => {
    const out = path.join(folder, "drei");
    const first = await build(models, { name: "tiny", out });
    expect(first.cached).toBe(true);
    expect(first.milliseconds).toBeLessThan(1000);
    const listed = first.files.map(({ name }) => name).sort();
    expect(listed).toEqual(fs.readdirSync(out).sort());
    expect(listed.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    for (const { name, bytes } of first.files) expect(fs.statSync(path.join(out, name)).size).toBe(bytes);

    const probabilities = (await predictInFreshProcess(out)) as number[];
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  });

  it("replaces files whole: what a program has loaded stays as it is", async () => {
    const out = path.join(folder, "vier");
    await build(models, { name: "tiny", out });
    const before = fs.statSync(path.join(out, "tiny.node")).ino;
    await build(models, { name: "tiny", out });
    expect(fs.statSync(path.join(out, "tiny.node")).ino).not.toBe(before);
  });

  it("that is stopped leaves nothing in the cache, and no compiler at work", async () => {
    const before = fs.readdirSync(cache);
    const stopping = new AbortController();
    const other = models.map((model) => ({
      ...model,
      variants: model.variants.map(({ plans, kernels }) => ({
        plans,
        kernels: kernels.map((file) => ({ ...file, text: `${file.text}// another\n` })),
      })),
    }));
    const built = build(other, { name: "tiny", out: path.join(folder, "acht"), signal: stopping.signal });
    setTimeout(() => stopping.abort(), 1500);
    await expect(built).rejects.toThrow(/abort/i);
    expect(fs.readdirSync(cache)).toEqual(before);
    const running = fs.readdirSync("/proc").filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(path.join(cache, "build-"));
      } catch {
        return false;
      }
    });
    expect(running).toEqual([]);
  });
});
