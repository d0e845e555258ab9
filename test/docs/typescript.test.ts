import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { compile } from "../../compiler/compile.ts";
import { emitWrapper } from "../../compiler/emit/ts/wrapper.ts";
import { sourceFile } from "../../grammar/index.ts";
import { readText, root, withTempFolder } from "../support/paths.ts";

/** Pages whose TypeScript is one program in parts, about LeNet. */
const pages = ["README.md", "docs/api.md", "docs/training.md"];

test.each(pages)("the TypeScript of %s fits the generated types", async (page) => {
  const program = [...readText(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((found) => found[1]).join("\n");
  const found = await withTempFolder((folder) => {
    const { models } = compile(sourceFile("lenet.cnn", readText("examples/lenet/lenet.cnn")), { cpus: ["x86-64-v3"] });
    fs.mkdirSync(path.join(folder, "build/lenet"), { recursive: true });
    for (const { name, text } of emitWrapper(models.map(({ manifest }) => manifest)))
      fs.writeFileSync(path.join(folder, "build/lenet", name), text);
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    fs.writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }`);
    const file = path.join(folder, "page.ts");
    fs.writeFileSync(file, program);
    return problemsIn(file);
  });
  expect(program).not.toBe("");
  expect(found).toEqual([]);
});

function problemsIn(file: string): string[] {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    typeRoots: [path.join(root, "node_modules/@types")],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
