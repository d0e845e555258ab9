import { describe, expect, test } from "vitest";
import { Files, normalizePath, resolvePath } from "../../compiler/check/files.ts";
import { sourceFile } from "../../grammar/index.ts";
import type { StringLiteral } from "../../grammar/index.ts";

describe("paths", () => {
  test.each([
    ["net.cnn", "./blocks.cnn", "blocks.cnn"],
    ["net.cnn", "lib/blocks.cnn", "lib/blocks.cnn"],
    ["a/b/net.cnn", "../blocks.cnn", "a/blocks.cnn"],
    ["../a/net.cnn", "../blocks.cnn", "../blocks.cnn"],
    ["../net.cnn", "../../blocks.cnn", "../../../blocks.cnn"],
    ["/a/net.cnn", "../../../blocks.cnn", "/blocks.cnn"],
    ["C:\\nets\\net.cnn", "lib\\blocks.cnn", "C:/nets/lib/blocks.cnn"],
    ["./net.cnn", "././blocks.cnn", "blocks.cnn"],
  ])("in %s, %s is %s", (from, path, resolved) => {
    expect(resolvePath(from, path)).toBe(resolved);
  });

  test.each([
    ["./net.cnn", "net.cnn"],
    ["a//b/./net.cnn", "a/b/net.cnn"],
    ["/net.cnn", "/net.cnn"],
    ["/", "/"],
  ])("%s is spelt %s", (path, spelt) => {
    expect(normalizePath(path)).toBe(spelt);
  });
});

describe("files", () => {
  const named = (value: string): StringLiteral => {
    const file = sourceFile("/nets/net.cnn", "");
    return { kind: "String", value, span: { file, start: 0, end: 0 } };
  };

  test("are asked for once", () => {
    const asked: string[] = [];
    const files = new Files((path) => {
      asked.push(path);
      return path.endsWith("a.cnn") ? sourceFile(path, "text") : undefined;
    });
    for (const path of ["a.cnn", "./a.cnn", "b.cnn", "b.cnn"]) files.read(named(path));
    expect(asked).toEqual(["/nets/a.cnn", "/nets/b.cnn"]);
    expect(files.sources.map(({ path }) => path)).toEqual(["/nets/a.cnn"]);
  });

  test.each(["/etc/passwd", "C:\\secret", "\\\\server\\share"])("by absolute paths are not asked for: %s", (path) => {
    const files = new Files(() => sourceFile("x", ""));
    expect(files.read(named(path))).toBeUndefined();
  });
});
