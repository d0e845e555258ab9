import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse, render, sourceFile } from "../../grammar/index.ts";
import type { File } from "../../grammar/index.ts";
import { parseText } from "./support/sketch.ts";

const folder = new URL("examples/", import.meta.url);
const programs = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

interface Piece {
  readonly text: string;
  readonly start: number;
}

function pieces(text: string): Piece[] {
  const pattern = /\/\/[^\n]*|"[^"]*"|->|\.\.|[<>=!]=|[\w.]+|[^\s\w]/g;
  return [...text.matchAll(pattern)]
    .map((match) => ({ text: match[0], start: match.index }))
    .filter((piece) => !piece.text.startsWith("//"));
}

function declarations({ blocks, models }: File): { name: string; size: number; start: number; end: number }[] {
  return [...blocks, ...models].map((declaration) => ({
    name: declaration.name.name,
    size: declaration.kind === "Model" ? declaration.items.length : declaration.body.length,
    start: declaration.span.start,
    end: declaration.span.end,
  }));
}

describe.each(programs)("$name", ({ text }) => {
  test("every prefix parses, and reports something or is whole", () => {
    for (let end = 0; end <= text.length; end++) {
      const { ast } = parseText(text.slice(0, end));
      expect(ast.kind).toBe("File");
    }
  });

  const whole = declarations(parseText(text).ast);

  test("a deleted token leaves the other declarations as they were", () => {
    for (const { text: token, start } of pieces(text)) {
      const { ast } = parseText(text.slice(0, start) + " ".repeat(token.length) + text.slice(start + token.length));
      const left = declarations(ast);
      for (const declaration of whole) {
        if (declaration.start <= start && start < declaration.end) continue;
        const kept = left.find(({ name }) => name === declaration.name);
        expect(kept?.size, `${declaration.name} without \`${token}\` at ${start}`).toBe(declaration.size);
      }
    }
  });

  test("a deleted token costs its declaration at most two statements", () => {
    for (const { text: token, start } of pieces(text)) {
      const { ast, diagnostics } = parseText(
        text.slice(0, start) + " ".repeat(token.length) + text.slice(start + token.length),
      );
      const hit = whole.find((declaration) => declaration.start <= start && start < declaration.end);
      if (hit === undefined || ["model", "block"].includes(token) || token === hit.name) continue;
      const kept = declarations(ast).find(({ name }) => name === hit.name);
      const where = `\`${token}\` at ${start}: ${diagnostics.map((report) => report.message).join("; ")}`;
      expect(kept?.size ?? 0, where).toBeGreaterThanOrEqual(hit.size - 2);
      expect(diagnostics.filter((report) => report.severity === "error").length, where).toBeLessThanOrEqual(3);
    }
  });

  test("a doubled token parses", () => {
    for (const { text: token, start } of pieces(text)) {
      const { diagnostics } = parseText(`${text.slice(0, start)}${token} ${text.slice(start)}`);
      render(diagnostics);
    }
  });
});

/** Long for the sake of a loaded machine; alone each takes a few tenths of a second. */
const PATIENCE = 5000;
const SIZE = 1024 * 1024;
const fill = (part: string, before = "", after = ""): string =>
  before + part.repeat(Math.floor((SIZE - before.length - after.length) / part.length)) + after;

describe("hostile text", () => {
  const block = "block B { x = ";
  const texts: Record<string, string> = {
    "a file over the limit": "x".repeat(SIZE + 1),
    "open parentheses": fill("("),
    "open brackets in a value": fill("[", block),
    "open braces": fill("{"),
    "closed braces": fill("}"),
    "braces of if": `${block}if a ${"{".repeat(SIZE / 2 - 20)}${"}".repeat(SIZE / 2 - 20)}`,
    "65 parentheses": `${block}${"(".repeat(65)}a${")".repeat(65)} }`,
    minuses: fill("-", block, "a }"),
    nots: fill("not ", block, "a }"),
    "300 minuses": `${block}${"-".repeat(300)}a }`,
    "300 terms": `${block}a${" + a".repeat(300)} }`,
    "300 attributes": `${block}a${".a".repeat(300)} }`,
    "300 else ifs": `${block}if a {b}${" else if a {b}".repeat(300)} else {c} }`,
    "sums in sums": `${block}${"(a+a+a+a+a+".repeat(60)}a${")".repeat(60)} }`,
    arrows: fill("->a", `${block}a`, " }"),
    lets: fill("x=1 ", "block B {", "}"),
    "wrong lets": fill("x=\n", "block B {", "}"),
    arguments: fill("a,", `${block}f(`, ")}"),
    words: fill("a\n"),
    models: fill("model\n"),
    "open blocks": fill("block B{\n"),
    "one long string": fill("a", `${block}"`, '" }'),
    "a string of escapes": fill("\\x", `${block}"`, '" }'),
    "open comments": fill("/*"),
    docs: fill("///a\n\n"),
    "stray characters": fill("€"),
    "stray characters between words": fill("€ "),
    "half of a surrogate pair": fill("\ud83d"),
    semicolons: fill(";"),
    digits: fill("1", block, "}"),
    "wrong numbers": fill("5x .5 16. "),
    newlines: fill("\r\n"),
    "control characters": fill("\u0000\u001b"),
  };
  test.each(Object.entries(texts))("%s", (_, text) => {
    const started = performance.now();
    const { ast, diagnostics } = parse(sourceFile("hostile.cnn", text));
    expect(render(diagnostics).length).toBeLessThan(200_000);
    expect(performance.now() - started).toBeLessThan(PATIENCE);
    expect(ast.kind).toBe("File");
  });

  test("limits are told", () => {
    const codes = (name: string): string[] => [
      ...new Set(parseText(texts[name] ?? "").diagnostics.map(({ code }) => code)),
    ];
    expect(codes("a file over the limit")).toEqual(["CNN100"]);
    for (const deep of [
      "65 parentheses",
      "300 minuses",
      "300 terms",
      "300 attributes",
      "300 else ifs",
      "sums in sums",
    ]) {
      expect(codes(deep), deep).toEqual(["CNN114"]);
    }
    expect(codes("lets")).toEqual(["CNN123"]);
    const wrong = parseText(`block B {${" x = \n".repeat(300)}}`).diagnostics;
    expect([wrong.length, wrong.at(-1)?.code]).toEqual([101, "CNN121"]);
  });

  test("64 brackets are not too many", () => {
    const { diagnostics } = parseText(`${block}${"f(a, ".repeat(63)}[a]${")".repeat(63)} }`);
    expect(diagnostics).toEqual([]);
  });
});
