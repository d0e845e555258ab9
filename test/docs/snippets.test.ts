import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { check } from "../../compiler/check/check.ts";
import { parse } from "../../grammar/index.ts";
import { filesBelow, readText, root } from "../support/paths.ts";
import { sectionsOf } from "../support/sections.ts";

/** Pages that people write; the generated ones have tests of their own. */
const pages = [
  ...["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"],
  ...filesBelow("docs", /\.md$/).filter((file) => !/^docs\/(diagnostics|operators)\//.test(file)),
  ...filesBelow("examples", /README\.md$/),
];

interface Snippet {
  readonly page: string;
  readonly line: number;
  /** `cnn CNN250` */
  readonly info: string;
  readonly text: string;
}

function snippetsOf(page: string): Snippet[] {
  const text = readText(page);
  return [...text.matchAll(/^( *)```(\S[^\n]*)\n([\s\S]*?)^ *```$/gm)].map((found) => ({
    page,
    line: text.slice(0, found.index).split("\n").length,
    info: found[2]!.trim(),
    text: found[3]!,
  }));
}

const snippets = pages.flatMap(snippetsOf);
const named = (list: readonly Snippet[]) =>
  list.map((snippet) => [`${snippet.page}:${snippet.line}`, snippet] as const);

describe("networks in the documentation", () => {
  // What stands behind `cnn` are the codes that the text is there to show.
  test.each(named(snippets.filter(({ info }) => /^cnn\b/.test(info))))("%s", (_, { info, text }) => {
    const { main, load } = sectionsOf("snippet.cnn", text);
    const { ast, diagnostics } = parse(main);
    const found = [...diagnostics, ...check(ast, { load }).diagnostics].map(({ code }) => code);
    expect([...new Set(found)].sort()).toEqual(info.split(" ").slice(1).sort());
  });
});

/** `$ command` and what it printed; a line `…` stands for lines that are left out, a final ` …` for the rest of a line. */
describe("sessions in the documentation", () => {
  const sessions = snippets.filter(({ info }) => info === "console");
  test.each(named(sessions))("%s", async (_, { text }) => {
    const [first = "", ...shown] = text.trimEnd().split("\n");
    const [program, ...args] = first
      .replace(/^\$ (cnnc )?/, (_all, cnnc) => (cnnc ? "node dist/bin/cnnc.js " : ""))
      .split(" ");
    expect(program).toBe("node");
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
      maxBuffer: 2 ** 24,
    });
    expectShown(stdout.split("\n"), shown);
  });
});

function expectShown(printed: readonly string[], shown: readonly string[]): void {
  let at = 0;
  let anywhere = true;
  for (const line of shown) {
    if (line.trim() === "…") {
      anywhere = true;
      continue;
    }
    const fits = (candidate: string): boolean =>
      line.endsWith(" …") ? candidate.startsWith(line.slice(0, -1)) : candidate.trimEnd() === line.trimEnd();
    const found = anywhere ? printed.findIndex((candidate, i) => i >= at && fits(candidate)) : at;
    expect(found >= 0 && fits(printed[found] ?? ""), `not printed here: ${line}`).toBe(true);
    at = found + 1;
    anywhere = false;
  }
}

/** `cpp native/simd/f32x8.h`: a part of that file, but for indentation. */
describe("quotations of sources", () => {
  const quotations = snippets.filter(({ info }) => /^\S+ \S+[/]\S+$/.test(info));
  test.each(named(quotations))("%s", (_, { info, text }) => {
    const unindented = (source: string): string => source.replace(/^ +/gm, "").trim();
    expect(unindented(readText(info.split(" ")[1]!))).toContain(unindented(text));
  });
});

const prose = (page: string): string => readText(page).replace(/^ *```[\s\S]*?^ *```$/gm, "");

describe("links in the documentation", () => {
  const links = pages.flatMap((page) =>
    [...prose(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((found) => [page, found[1]!] as const),
  );
  test.each(links)("%s: %s", (page, target) => {
    expect(fs.existsSync(path.join(root, path.dirname(page), target))).toBe(true);
  });
});

test("files that the documentation names are there", () => {
  const names = pages.flatMap((page) =>
    [...readText(page).matchAll(/`((?:grammar|compiler|runtime|native|test|examples|docs)\/[\w./-]+\.[a-z]+)`/g)].map(
      (found) => [page, found[1]!] as const,
    ),
  );
  const lost = names.filter(([, file]) => !/NAME|VERB|FAMILY|CODE/.test(file) && !fs.existsSync(path.join(root, file)));
  expect(lost).toEqual([]);
});
