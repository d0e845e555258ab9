import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { check } from "../../compiler/check/check.ts";
import { parse, render, sourceFile, type SourceFile } from "../../grammar/index.ts";
import { filesBelow, root } from "../support/paths.ts";

function read(file: string): SourceFile | undefined {
  const full = path.join(root, file);
  return fs.existsSync(full) ? sourceFile(file, fs.readFileSync(full, "utf8")) : undefined;
}

test.each(filesBelow("examples", /\.cnn$/))("%s has no reports", (file) => {
  const { ast, diagnostics } = parse(read(file)!);
  const checked = check(ast, { load: read });
  expect(render([...diagnostics, ...checked.diagnostics], { color: false }).trim()).toBe("");
});
