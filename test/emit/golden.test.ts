import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { sourceFile } from "../../grammar/index.ts";
import { compile, type CompiledModel } from "../../compiler/compile.ts";
import { emitProject } from "../../compiler/emit/addon/project.ts";
import { emitHeader } from "../../compiler/emit/c/header.ts";
import type { EmittedFile } from "../../compiler/emit/emitted-file.ts";
import { emitWrapper } from "../../compiler/emit/ts/wrapper.ts";
import type { Cpu } from "../../compiler/ir/plan.ts";
import { cppFunctions } from "../support/cpp-functions.ts";
import { expectGolden } from "../support/golden.ts";
import { filesBelow, readText } from "../support/paths.ts";

const folder = "test/emit/golden";

function compiled(cpus: readonly Cpu[]): readonly CompiledModel[] {
  const source = sourceFile("examples/lenet/lenet.cnn", readText("examples/lenet/lenet.cnn"));
  return compile(source, { cpus }).models;
}

/** Everything that a build writes or compiles, with stand-ins for what lies elsewhere on each machine. */
function emitted(...cpus: readonly Cpu[]): readonly EmittedFile[] {
  const models = compiled(cpus);
  const manifests = models.map(({ manifest }) => manifest);
  const project = emitProject({
    name: "lenet",
    models: models.map(({ model }) => model.name),
    variants: models[0]!.variants.map(({ plans: { target }, kernels }) => ({ target, kernels })),
    native: "/cnnc/native",
    nodeAddonApi: "/node_modules/node-addon-api",
  });
  const wrapper = emitWrapper(manifests).filter(({ name }) => name !== "package.json" && name !== ".gitignore");
  return [...project, ...wrapper, emitHeader("lenet", manifests, readText("native/addon/c/c-api.h"))];
}

describe("what a build of LeNet writes", () => {
  const files = emitted("x86-64-v4");
  it.each(files.map(({ name, text }) => [name, text] as const))("%s", (name, text) => {
    expectGolden(`${folder}/${name}`, text);
  });

  it("is all there is", () => {
    const kept = filesBelow(folder, /./).map((file) => file.slice(folder.length + 1));
    expect(kept).toEqual(files.map(({ name }) => name).sort());
  });
});

describe("generated text", () => {
  it.each(["x86-64-v4", "x86-64-v3", "x86-64"] as const)("is the same to the byte every time, %s", (cpu) => {
    expect(emitted(cpu)).toEqual(emitted(cpu));
  });

  it("for several levels of processors is that of each, best first, whatever their order", () => {
    const kernels = (...cpus: readonly Cpu[]) => emitted(...cpus).filter(({ name }) => name.startsWith("LeNet."));
    expect(kernels("x86-64-v3", "x86-64-v4")).toEqual([...kernels("x86-64-v4"), ...kernels("x86-64-v3")]);
  });

  it("names no path of this machine", () => {
    const paths = [process.cwd(), fs.realpathSync("."), process.env["HOME"] ?? "/root/"];
    for (const { name, text } of emitted("x86-64-v4"))
      for (const path of paths) expect(text.includes(path), `${name} names ${path}`).toBe(false);
  });

  it("ends its files with one newline and no line with a space", () => {
    for (const { name, text } of emitted("x86-64-v4")) {
      expect(text, name).toMatch(/[^\n]\n$/);
      expect(
        text.split("\n").filter((line) => /[ \t]$/.test(line)),
        name,
      ).toEqual([]);
    }
  });

  it("reads like a table of contents: a short function for each step, under a comment with its line", () => {
    const step = emitted("x86-64-v4").find(({ name }) => name === "LeNet.x86-64-v4.step.cpp")!.text;
    // `run` is the table itself.
    for (const { header, lines } of cppFunctions(step).filter((it) => !it.header.includes(" run()")))
      expect(lines, header).toBeLessThanOrEqual(20);
    for (const part of [
      "// lenet.cnn:9: conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2)\n",
      "// lenet.cnn:12: dense(120) -> tanh -> dropout(0.25)\n",
    ])
      expect(step).toContain(part);
  });
});
