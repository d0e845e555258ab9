import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse, render, sourceFile, syntaxDiagnostics } from "../../grammar/index.ts";

const folder = new URL("cases/", import.meta.url);
const update = process.env["UPDATE_GOLDENS"] === "1";
const names = readdirSync(folder).flatMap((name) => (name.endsWith(".cnn") ? [name.slice(0, -4)] : []));

function rendered(name: string): string {
  const file = sourceFile(`${name}.cnn`, readFileSync(new URL(`${name}.cnn`, folder), "utf8"));
  return render(parse(file).diagnostics);
}

/** `NAME.cnn` is wrong; `NAME.txt` is what its author reads. Rewritten under UPDATE_GOLDENS=1. */
describe("wrong files", () => {
  test.each(names)("%s", (name) => {
    const golden = new URL(`${name}.txt`, folder);
    const text = rendered(name);
    if (update) writeFileSync(golden, text);
    expect(existsSync(golden), `${name}.txt is missing`).toBe(true);
    expect(text).toBe(readFileSync(golden, "utf8"));
  });

  test("there is no golden without its case", () => {
    const goldens = readdirSync(folder).flatMap((name) => (name.endsWith(".txt") ? [name.slice(0, -4)] : []));
    expect(goldens.sort()).toEqual([...names].sort());
  });
});

/** Codes of limits need texts too large for a case; robust.test.ts provokes them. */
const limits = ["CNN100", "CNN114", "CNN121", "CNN123"];

describe("the catalogue", () => {
  test("every code has a case", () => {
    const seen = new Set(names.flatMap((name) => rendered(name).match(/CNN\d+/g) ?? []));
    expect(Object.keys(syntaxDiagnostics).filter((code) => !limits.includes(code) && !seen.has(code))).toEqual([]);
  });

  test.each(Object.entries(syntaxDiagnostics))("%s explains itself", (code, { title, explain }) => {
    expect(title).toMatch(/^\S.*[^.]$/);
    if (!limits.includes(code)) expect(explain).toMatch(/Wrong: `[\s\S]*Right: `/);
  });
});
