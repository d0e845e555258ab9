import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { compilerFailure } from "../../compiler/build/compiler-failure.ts";
import { buildDiagnostics } from "../../compiler/build/diagnostics-table.ts";
import { render, sourceFile } from "../../grammar/index.ts";
import { expectGolden } from "../support/golden.ts";
import { filesBelow, readText } from "../support/paths.ts";

/** What compilers print, shortened, when they fail in `Net.x86-64-v4.cpp`, made from `net.cnn`. */
const folder = "test/build/cases";
const outputs = filesBelow(folder, /\.output$/);
const name = "Net.x86-64-v4.cpp";
const generated = [{ name, text: readText(`${folder}/${name}`) }];
const sources = [sourceFile("nets/net.cnn", readText(`${folder}/net.cnn`))];

describe("what a failed C++ compiler printed", () => {
  test.each(outputs)("%s", (output) => {
    const { message, mend, diagnostics } = compilerFailure(readText(output), generated, sources);
    const [code] = /CNN\d+/.exec(path.basename(output)) ?? [];
    expect(diagnostics.map((report) => report.code)).toEqual(code === undefined ? [] : [code]);
    expectGolden(output.replace(/\.output$/, ".txt"), `${render(diagnostics)}error: ${message}\nhelp: ${mend}\n`);
  });

  test("has a case for every code", () => {
    const codes = new Set(outputs.flatMap((file) => /CNN\d+/.exec(file) ?? []));
    expect([...codes].sort()).toEqual(Object.keys(buildDiagnostics));
  });
});
