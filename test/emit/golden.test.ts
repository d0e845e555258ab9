import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { sourceFile } from "../../grammar/index.ts";
import { compile, type CompiledModel } from "../../compiler/compile.ts";
import { emitProject } from "../../compiler/emit/addon/project.ts";
import { emitHeader } from "../../compiler/emit/c/header.ts";
import type { EmittedFile } from "../../compiler/emit/emitted-file.ts";
import { emitWrapper } from "../../compiler/emit/ts/wrapper.ts";
import type { Isa } from "../../compiler/ir/plan.ts";
import { cppFunctions } from "../support/cpp-functions.ts";
import { expectGolden } from "../support/golden.ts";
import { filesBelow, readText } from "../support/paths.ts";

const folder = "test/emit/golden";

function compiled(isa: Isa): readonly CompiledModel[] {
  const source = sourceFile("examples/lenet/lenet.cnn", readText("examples/lenet/lenet.cnn"));
  return compile(source, { isa }).models;
}

/** Everything that a build writes or compiles, with stand-ins for what lies elsewhere on each machine. */
function emitted(isa: Isa): readonly EmittedFile[] {
  const models = compiled(isa);
  const manifests = models.map(({ manifest }) => manifest);
  const project = emitProject({
    name: "lenet",
    isa,
    models: models.map(({ model }) => model.name),
    kernels: models.flatMap(({ kernels }) => kernels),
    native: "/cnnc/native",
    nodeAddonApi: "/node_modules/node-addon-api",
  });
  const wrapper = emitWrapper(manifests).filter(({ name }) => name !== "package.json" && name !== ".gitignore");
  return [...project, ...wrapper, emitHeader("lenet", manifests, readText("native/addon/c/c-api.h"))];
}

describe("what a build of LeNet writes", () => {
  const files = emitted("avx512");
  it.each(files.map(({ name, text }) => [name, text] as const))("%s", (name, text) => {
    expectGolden(`${folder}/${name}`, text);
  });

  it("is all there is", () => {
    const kept = filesBelow(folder, /./).map((file) => file.slice(folder.length + 1));
    expect(kept).toEqual(files.map(({ name }) => name).sort());
  });
});

describe("generated text", () => {
  it.each(["avx512", "avx2", "scalar"] as const)("is the same to the byte every time, %s", (isa) => {
    expect(emitted(isa)).toEqual(emitted(isa));
  });

  it("names no path of this machine", () => {
    const paths = [process.cwd(), fs.realpathSync("."), process.env["HOME"] ?? "/root/"];
    for (const { name, text } of emitted("avx512"))
      for (const path of paths) expect(text.includes(path), `${name} names ${path}`).toBe(false);
  });

  it("ends its files with one newline and no line with a space", () => {
    for (const { name, text } of emitted("avx512")) {
      expect(text, name).toMatch(/[^\n]\n$/);
      expect(
        text.split("\n").filter((line) => /[ \t]$/.test(line)),
        name,
      ).toEqual([]);
    }
  });

  it("reads like a table of contents: a short function for each step, under a comment with its line", () => {
    const step = emitted("avx512").find(({ name }) => name === "LeNet.step.cpp")!.text;
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
