import { stripVTControlCharacters } from "node:util";
import { describe, expect, expectTypeOf, test } from "vitest";
import { defineDiagnostics, diagnostic, didYouMean, lineText, render, sourceFile, span } from "../../grammar/index.ts";
import type { Diagnostic, HoleNames, SourceFile, Span } from "../../grammar/index.ts";

const catalogue = defineDiagnostics({
  CNN901: { title: "t", severity: "error", message: "expected {expected}, found {found}", explain: "" },
  CNN902: { title: "t", severity: "warning", message: "plain", explain: "" },
});

function spanOf(file: SourceFile, text: string): Span {
  const start = file.text.indexOf(text);
  return span(file, start, start + text.length);
}

function plain(where: Span, extras: Parameters<typeof diagnostic>[4] = {}): Diagnostic {
  return diagnostic(catalogue, "CNN902", where, {}, extras);
}

describe("positions", () => {
  test("lines end in LF, CRLF or CR; a byte order mark belongs to none", () => {
    const file = sourceFile("a", "\ufeffab\r\nc\rd\n");
    expect(file.lineStarts).toEqual([1, 5, 7, 9]);
    expect(file.position(0)).toEqual({ line: 1, column: 1 });
    expect(file.position(2)).toEqual({ line: 1, column: 2 });
    expect(file.position(5)).toEqual({ line: 2, column: 1 });
    expect(file.position(99)).toEqual({ line: 4, column: 1 });
    expect([1, 2, 3, 4, 5].map((line) => lineText(file, line))).toEqual(["ab", "c", "d", "", ""]);
  });
});

describe("diagnostics", () => {
  test("holes are typed and filled", () => {
    expectTypeOf<HoleNames<"expected {a}, found {b}">>().toEqualTypeOf<"a" | "b">();
    const where = span(sourceFile("a", "x"), 0, 1);
    expect(diagnostic(catalogue, "CNN901", where, { expected: "{found}", found: 3 }).message).toBe(
      "expected {found}, found 3",
    );
    void (() => {
      // @ts-expect-error a hole is missing
      diagnostic(catalogue, "CNN901", where, { expected: "a" });
      // @ts-expect-error no such code
      diagnostic(catalogue, "CNN999", where, {});
      // @ts-expect-error no such hole
      diagnostic(catalogue, "CNN902", where, { expected: "a" });
    });
  });
});

describe("render", () => {
  const file = sourceFile("net.cnn", "model A {\n\tx = 幅 + b\n  y = f(\n    1,\n    2,\n    3,\n    4)\n}\n");

  test("nothing for nothing", () => expect(render([])).toBe(""));

  test("in source order, with notes, help, fix and a count", () => {
    const note = { span: spanOf(file, "A"), message: "declared here" };
    const fix = { title: "rename", edits: [{ span: spanOf(file, "b"), text: "bias" }] };
    const error = diagnostic(catalogue, "CNN901", spanOf(file, "y"), { expected: "a", found: "b" });
    const text = render([error, plain(spanOf(file, "+ b"), { notes: [note], help: "two\nlines", fix })]);
    expect(text).toMatchInlineSnapshot(`
      "warning[CNN902]: plain
        --> net.cnn:2:8
         |
       2 |     x = 幅 + b
         |            ^^^
      note: declared here
        --> net.cnn:1:7
         |
       1 | model A {
         |       -
      help: two
            lines
      fix: rename
         |
       2 |     x = 幅 + bias
         |              ++++

      error[CNN901]: expected a, found b
        --> net.cnn:3:3
         |
       3 |   y = f(
         |   ^

      1 error, 1 warning
      "
    `);
  });

  test("long spans are cut in the middle", () => {
    expect(render([plain(spanOf(file, "f(\n    1,\n    2,\n    3,\n    4)"))])).toMatchInlineSnapshot(`
      "warning[CNN902]: plain
        --> net.cnn:3:7
         |
       3 |   y = f(
         |       ^^
       4 |     1,
         |     ^^
      ...
       7 |     4)
         |     ^^

      1 warning
      "
    `);
  });

  test("the end of the file has a place", () => {
    expect(render([plain(span(file, file.text.length, file.text.length))])).toContain(
      "net.cnn:9:1\n   |\n 9 |\n   | ^",
    );
  });

  test("of a very long line only the surroundings are shown", () => {
    const long = sourceFile("long.cnn", `${"a".repeat(5000)}!${"b".repeat(5000)}`);
    const lines = render([plain(spanOf(long, "!"))]).split("\n");
    const [shown = "", marks = ""] = lines.slice(3, 5);
    expect(shown.length).toBeLessThan(160);
    expect(shown[marks.indexOf("^")]).toBe("!");
  });

  test("control characters of the text never reach the terminal", () => {
    const hostile = sourceFile("evil\u001b[2J.cnn", "x \u001b[31m \u202e y");
    const report = diagnostic(catalogue, "CNN901", span(hostile, 0, 1), { expected: "\u001b[1m", found: "\u0007" });
    expect(render([report]).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test("colours only when asked", () => {
    const report = plain(spanOf(file, "b"));
    expect(render([report])).not.toContain("\u001b");
    expect(stripVTControlCharacters(render([report], { color: true }))).toBe(render([report]));
  });
});

describe("didYouMean", () => {
  test.each([
    ["maxpool", "max_pool"],
    ["Conv2d", "conv"],
    ["cnov", "conv"],
    ["relu7", "relu6"],
    ["softmx", "softmax"],
    ["RELU", "relu"],
  ])("%s → %s", (word, meant) =>
    expect(didYouMean(word, ["max_pool", "conv", "relu6", "softmax", "relu"])).toBe(meant),
  );
  test.each(["a", "xyz", "embedding", "x".repeat(10_000)])("%s → nothing", (word) =>
    expect(didYouMean(word, ["b", "conv", "dense", "softmax"])).toBeUndefined(),
  );
});
