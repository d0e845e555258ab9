import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { compileText, suiteFolder } from "../compile/lenet.ts";

const folder = suiteFolder();

it("libraries of several models are linked into one program, and each shows one name", async () => {
  const names = ["First", "Second"];
  const files = names.map((name) => name.toLowerCase());
  const apis = files.map((file) => `${file}_cnnc_api`);
  for (const [i, name] of names.entries()) {
    const lines = [`y = x -> dense(${i + 1}, bias=false)`, `output result: f32[${i + 1}] = y`];
    const text = `cnn 1\nmodel ${name} {\n  input x: f32[3]\n  ${lines.join("\n  ")}\n}\n`;
    await build(compileText(text, `${name}.cnn`), { name: files[i]!, out: folder });
  }
  const libraries = files.map((file) => path.join(folder, `lib${file}.a`));
  for (const [i, library] of libraries.entries()) {
    const symbols = execFileSync("nm", ["-g", "--defined-only", "--format=posix", library], { encoding: "utf8" });
    const shown = symbols.split("\n").flatMap((line) => (/ [A-Z] /.test(line) ? [line.split(" ")[0]] : []));
    expect(shown).toEqual([apis[i]]);
  }
  const tries = names.map((name, i) => {
    const of = (word: string): string => `${name}_${word}`;
    return `  {
    cnnc_net* net = ${of("create")}(1, 0);
    const float weights[] = {1, 2, 3, 4, 5, 6}, x[] = {1, 10, 100};
    float y[${i + 1}];
    if (${apis[i]}()->set_parameter(net, "y.dense1.weight", weights, ${3 * (i + 1)}) || ${of("predict")}(net, 1, x, y)) return 1;
    for (int i = 0; i <= ${i}; ++i) printf("%g\\n", (double)y[i]);
    ${of("destroy")}(net);
  }`;
  });
  const includes = ["<stdio.h>", ...files.map((file) => `"${file}.h"`)].map((file) => `#include ${file}`);
  const source = path.join(folder, "program.c");
  fs.writeFileSync(source, `${includes.join("\n")}\nint main(void) {\n${tries.join("\n")}\n  return 0;\n}\n`);
  const program = path.join(folder, "program");
  execFileSync("gcc", ["-std=c11", source, ...libraries, "-lstdc++", "-lm", "-lpthread", "-o", program]);
  expect(execFileSync(program, { encoding: "utf8" })).toBe("321\n321\n654\n");
}, 300_000);
