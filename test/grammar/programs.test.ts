import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { render } from "../../grammar/index.ts";
import type { Block, Model } from "../../grammar/index.ts";
import { parseText } from "./support/sketch.ts";

const folder = new URL("examples/", import.meta.url);
const programs = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

/** `LeNet: input image, let logits, …` */
function contents(declaration: Model | Block): string {
  const items = declaration.kind === "Model" ? declaration.items : declaration.body;
  const parts = items.map((item) => ("name" in item ? `${item.kind} ${item.name?.name ?? ""}`.trim() : item.kind));
  return `${declaration.name.name}: ${parts.join(", ")}`;
}

describe("the programs of the design", () => {
  test.each(programs)("$name parses clean", ({ text }) => expect(render(parseText(text).diagnostics)).toBe(""));

  test("nothing of them is lost", () => {
    const all = programs.flatMap(({ text }) => {
      const { ast } = parseText(text);
      return [...ast.blocks, ...ast.models].map(contents);
    });
    expect(all).toMatchInlineSnapshot(`
      [
        "LeNet: Input image, Let logits, Output clothing, Train, Budget",
        "Residual: Let main, Let side, Out",
        "ResNet18: Input image, Let features, Let logits, Output embedding, Output label",
        "Double: Out",
        "UNet: Input image, Let e1, Let e2, Let mid, Let d2, Let d1, Let logits, Output mask, Train",
        "SpokenDigits: Input wave, Let logits, Output digit",
        "TextCNN: Input words, Let e, Let f3, Let f4, Let f5, Let logits, Output sentiment",
      ]
    `);
  });

  test.each(programs)("$name with CRLF and a byte order mark gives the same tree", ({ text }) => {
    const plain = parseText(text).ast.models.map(contents);
    const other = parseText(`\ufeff${text.replaceAll("\n", "\r\n")}`);
    expect(other.diagnostics).toEqual([]);
    expect(other.ast.models.map(contents)).toEqual(plain);
  });

  test.each(programs)("$name on one line gives the same tree", ({ text }) => {
    const line = text.replace(/\/\/[^\n]*/g, "").replace(/\s+/g, " ");
    expect(parseText(line).diagnostics).toEqual([]);
    expect(parseText(line).ast.models.map(contents)).toEqual(parseText(text).ast.models.map(contents));
  });

  test.each(programs)("$name with each token on a line of its own gives the same tree", ({ text }) => {
    const lines = text
      .replace(/\/\/[^\n]*/g, "")
      .replace(/("[^"]*"|\d+e-\d+|->|\.\.|[<>=!]=|[\w.]*\w|[^\s\w])/g, "$1\n")
      .replace(/^ +/gm, "");
    expect(parseText(lines).diagnostics).toEqual([]);
    expect(parseText(lines).ast.models.map(contents)).toEqual(parseText(text).ast.models.map(contents));
  });
});
