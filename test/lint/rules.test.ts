import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../compiler/lint/config.ts";
import { mend } from "../../compiler/lint/fixes.ts";
import { lint } from "../../compiler/lint/lint.ts";
import type { Rule } from "../../compiler/lint/rule.ts";
import { rules } from "../../compiler/lint/rules/registry.ts";
import { inSourceOrder, render, sourceFile } from "../../grammar/index.ts";
import { filesBelow, readText, root } from "../support/paths.ts";
import { sectionsOf } from "../support/sections.ts";

const folder = "compiler/lint/rules";
const update = process.env["UPDATE_GOLDENS"] === "1";
const strict = { ...defaultConfig, extends: "strict" } as const;

function casesOf({ name }: Rule, kind: "wrong" | "right"): readonly string[] {
  return filesBelow(`${folder}/${name}`, /\.cnn$/).filter((file) => path.basename(file).startsWith(kind));
}

function read(file: string) {
  return sectionsOf(path.posix.basename(file), readText(file));
}

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  test("has the two cases that its page shows", () => {
    for (const kind of ["wrong", "right"] as const)
      expect(casesOf(rule, kind)).toContain(`${folder}/${rule.name}/${kind}.cnn`);
  });

  test.each(casesOf(rule, "wrong"))("reports %s, and nothing else", (file) => {
    const { main, load } = read(file);
    const golden = file.replace(/\.cnn$/, ".txt");
    const { findings } = lint(main, { config: strict, load });
    const text = render(inSourceOrder(findings));
    expect([...new Set(findings.map(({ code }) => code))], text).toEqual([rule.code]);
    if (update) fs.writeFileSync(path.join(root, golden), text);
    expect(text).toBe(readText(golden));
  });

  test.each(casesOf(rule, "right"))("reports nothing in %s", (file) => {
    const { main, load } = read(file);
    expect(render(lint(main, { config: strict, load }).findings)).toBe("");
  });

  test.each(casesOf(rule, "wrong"))("mends %s, if it has a fix", (file) => {
    const { main, load } = read(file);
    const { findings } = lint(main, { config: strict, load });
    const { source, result, count } = mend(main, { config: strict, load });
    const fixes = findings.filter(({ fix }) => fix !== undefined);
    expect(count).toBe(fixes.length);
    expect(result.models).toHaveLength(1);
    expect(result.findings.filter(({ fix }) => fix !== undefined)).toEqual([]);
    if (fixes.length === findings.length) expect(render(result.findings), source.text).toBe("");
  });
});

describe("the rules", () => {
  test("stand in the registry with their folders, in the order of their codes", () => {
    const folders = fs
      .readdirSync(path.join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory());
    expect(rules.map(({ name }) => name).sort()).toEqual(folders.map(({ name }) => name).sort());
    const codes = rules.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    for (const { name, code } of rules)
      expect([code, name]).toEqual([expect.stringMatching(/^CNN5\d\d$/), expect.stringMatching(/^[a-z-]+$/)]);
  });

  test.each(filesBelow("examples", /\.cnn$/))("find nothing in %s", (file) => {
    const load = (name: string) =>
      fs.existsSync(path.join(root, name)) ? sourceFile(name, readText(name)) : undefined;
    expect(render(lint(load(file)!, { config: defaultConfig, load }).findings)).toBe("");
  });

  test("look at every case of the checker without a fault", () => {
    for (const file of filesBelow("test/check/cases", /\.cnn$/)) {
      const { main, load } = read(file);
      const { findings } = lint(main, { config: strict, load });
      for (const { message } of findings) expect(message, file).not.toMatch(/undefined|NaN|\[object|\{\w+\}/);
      mend(main, { config: strict, load });
    }
  });
});
