import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatText } from "../../grammar/format/plugin.ts";
import { parseText, sketch } from "./support/sketch.ts";

const folder = new URL("examples/", import.meta.url);
const programs = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

/** What formatting must keep: the tree, and every comment. Docs may move from one node to the next only as comments. */
function essence(text: string): { tree: string; comments: string[] } {
  const { ast, diagnostics } = parseText(text);
  expect(diagnostics.filter((report) => report.severity === "error")).toEqual([]);
  const tree = sketch([ast.version, ast.imports, ast.blocks, ast.models]).replace(/ doc=\/\/\/"(?:[^"\\]|\\.)*"/g, "");
  return { tree, comments: ast.comments.map((comment) => comment.text).sort() };
}

async function expectFormats(text: string): Promise<string> {
  const formatted = await formatText(text);
  expect(essence(formatted), `${text}\n--- became\n${formatted}`).toEqual(essence(text));
  expect(await formatText(formatted), `not stable: ${text}`).toBe(formatted);
  return formatted;
}

describe.each(programs)("$name", ({ text }) => {
  test("keeps tree and comments, and is stable", async () => {
    await expectFormats(text);
  });

  test("written on one line", async () => {
    await expectFormats(text.replace(/\/\/[^\n]*/g, "").replace(/\s+/g, " "));
  });
});

describe("comments anywhere", () => {
  const text = `block B(a, b=2) { x = in -> f(1, k=[2, 3]) as l -> repeat c in [1] { g(c) -> h } shared t = T(64)
    y = if a == b and not a < 3 { in } else if b > 1 { (a + -b) } else { in.channels } out main = add(x, y) out x }
  model M { input i: u8[1, 2] output o: class("a") = i -> f train { loss = mse(i, o) augment i -> flip(h) } budget { params < 1K } }`;
  const tokens = [...text.matchAll(/->|\.\.|[<>=!]=|[\w.]+|"[^"]*"|[^\s\w]/g)].map((match) => match.index);
  test.each(["/* c */ ", "// c\n", "\n// c\n", "\n\n/* c\n d */\n"])("%j before each token", async (comment) => {
    for (const at of [...tokens, text.length]) {
      await expectFormats(`${text.slice(0, at)} ${comment.replaceAll("\\\n", "\n")}${text.slice(at)}`);
    }
  });
});

describe("layout", () => {
  test.each([
    ["model M{}", "model M {}\n"],
    ["cnn   1\nblock B{out in}", "cnn 1\n\nblock B { out in }\n"],
    ["block B {\nout in}", "block B {\n  out in\n}\n"],
    ["block B { x=in\n y=x out y }", "block B { x = in  y = x  out y }\n"],
    ["block B {\n x=in\n\n\n y=x out y }", "block B {\n  x = in\n\n  y = x\n  out y\n}\n"],
    ["", ""],
  ])("%j", async (text, formatted) => expect(await formatText(text)).toBe(formatted));

  test("a file with errors is refused with the place", async () => {
    await expect(formatText("block B { out in -> }")).rejects.toThrow(/expected an operator.*\(1:/);
  });
});
