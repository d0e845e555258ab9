import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { compilerFailure } from "../../compiler/build/compiler-failure.ts";
import { buildDiagnostics } from "../../compiler/build/diagnostics-table.ts";
import { render, sourceFile } from "../../grammar/index.ts";
import { expectGolden } from "../support/golden.ts";
import { filesBelow, readText } from "../support/paths.ts";

/** What compilers printed when they failed in `Net.x86-64-v4.cpp`, made from `net.cnn`. */
const folder = "test/build/cases";
const logs = filesBelow(folder, /\.log$/);
const name = "Net.x86-64-v4.cpp";
const generated = [{ name, text: readText(`${folder}/${name}`) }];
const sources = [sourceFile("nets/net.cnn", readText(`${folder}/net.cnn`))];

describe("what a failed C++ compiler printed", () => {
  test.each(logs)("%s", (log) => {
    const { message, mend, diagnostics } = compilerFailure(readText(log), generated, sources);
    const [code] = /CNN\d+/.exec(path.basename(log)) ?? [];
    expect(diagnostics.map((report) => report.code)).toEqual(code === undefined ? [] : [code]);
    expectGolden(log.replace(/\.log$/, ".txt"), `${render(diagnostics)}error: ${message}\nhelp: ${mend}\n`);
  });

  test("has a case for every code", () => {
    const codes = new Set(logs.flatMap((file) => /CNN\d+/.exec(file) ?? []));
    expect([...codes].sort()).toEqual(Object.keys(buildDiagnostics));
  });
});
