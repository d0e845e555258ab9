import * as path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { readText, root } from "../support/paths.ts";

const fixture = "test/compile/fixtures/use-lenet.ts";

/** Complaints of the type checker about a file, strict, with cnnc/runtime from its sources. */
function check(file: string): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    paths: { "cnnc/runtime": [path.join(root, "runtime/index.ts")] },
  };
  const program = ts.createProgram([path.join(root, file)], options);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${path.basename(file?.fileName ?? "")}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

describe("the generated types", () => {
  it("accept right uses and refuse wrong names of inputs, targets, outputs, labels and metrics", () => {
    // A wrong use that is not refused shows as an unused directive.
    expect(check(fixture)).toEqual([]);
    expect(readText(fixture).match(/@ts-expect-error/g)?.length).toBe(14);
  });
});
