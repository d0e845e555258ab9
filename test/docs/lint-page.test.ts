import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { ruleTable } from "../../compiler/docs/rule-page.ts";
import { defaultConfig, readConfig } from "../../compiler/lint/config.ts";
import { lint } from "../../compiler/lint/lint.ts";
import { catalogue, subjects } from "../../compiler/lint/subjects.ts";
import { sourceFile } from "../../grammar/index.ts";
import { readText, root } from "../support/paths.ts";

const page = "docs/lint.md";

const blocksOf = (language: string): string[] =>
  [...readText(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((found) => found[1]!);

test("docs/lint.md lists everything whose severity can be set", () => {
  const table = ruleTable(subjects.map((subject) => ({ ...subject, title: catalogue[subject.code]!.title })));
  const text = readText(page).replace(/(<!-- rules -->\n\n)[\s\S]*(<!-- \/rules -->)/, `$1${table}\n\n$2`);
  if (process.env["UPDATE_GOLDENS"] === "1") fs.writeFileSync(path.join(root, page), text);
  expect(readText(page)).toBe(text);
});

test("the configuration of docs/lint.md is one", () => {
  const [config] = blocksOf("json").map(readConfig);
  expect(config?.rules).toEqual(
    new Map([
      ["CNN502", "error"],
      ["CNN511", "off"],
    ]),
  );
});

test("the suppression of docs/lint.md suppresses something", () => {
  const [text = ""] = blocksOf("cnn");
  const { findings, suppressed } = lint(sourceFile("page.cnn", text), { config: defaultConfig });
  expect([findings, suppressed.map(({ diagnostic }) => diagnostic.code)]).toEqual([[], ["CNN502"]]);
});
