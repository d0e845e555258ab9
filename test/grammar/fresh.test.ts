import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import { expect, test } from "vitest";
import { textMateGrammar, tokenTablesMarkdown } from "../../grammar/index.ts";

const root = new URL("../../", import.meta.url);
const update = process.env["UPDATE_GOLDENS"] === "1";

function expectFresh(path: string, wanted: (present: string) => string): void {
  const file = new URL(path, root);
  if (update) writeFileSync(file, wanted(readFileSync(file, { encoding: "utf8", flag: "a+" })));
  const present = readFileSync(file, "utf8");
  expect(present, `${path} is stale: run UPDATE_GOLDENS=1 npx vitest run test/grammar`).toBe(wanted(present));
}

test("the editors' grammar is what the token table says", async () => {
  const wanted = await format(JSON.stringify(textMateGrammar()), { parser: "json", printWidth: 120 });
  expectFresh("editors/vscode/syntaxes/cnn.tmLanguage.json", () => wanted);
});

test("the tables of docs/grammar.md are what the token table says", () => {
  expectFresh("docs/grammar.md", (present) =>
    present.replace(
      /(<!-- tokens -->)[\s\S]*(<!-- \/tokens -->)/,
      (_, start: string, end: string) => `${start}\n\n${tokenTablesMarkdown()}\n${end}`,
    ),
  );
});

test("every pattern of the editors' grammar is a regular expression", () => {
  for (const rule of textMateGrammar().patterns) {
    for (const pattern of [rule.match, rule.begin, rule.end]) {
      if (pattern !== undefined) expect(() => new RegExp(pattern)).not.toThrow();
    }
  }
});
