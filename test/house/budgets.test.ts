import * as path from "node:path";
import { ESLint } from "eslint";
import { describe, expect, test } from "vitest";
import { cppFunctions } from "../support/cpp-functions.ts";
import { filesBelow, plant, readText, root, withTempFolder } from "../support/paths.ts";

const budgetRules = ["max-lines", "max-lines-per-function"];

/** The linter with its budgets only: they need no types. */
function budgetLinter(cwd: string): ESLint {
  return new ESLint({
    cwd,
    overrideConfigFile: path.join(root, "eslint.config.mjs"),
    overrideConfig: { languageOptions: { parserOptions: { project: null } } },
    ruleFilter: ({ ruleId }) => budgetRules.includes(ruleId),
  });
}

async function maxOf(rule: string): Promise<number> {
  const config = (await new ESLint({ cwd: root }).calculateConfigForFile("compiler/index.ts")) as {
    rules: Record<string, [number, { max: number }]>;
  };
  return config.rules[rule]?.[1].max ?? 0;
}

/** `npm run lint` holds sources to them. */
describe("budgets of size", () => {
  test("are 400 lines a file and 60 a function", async () => {
    expect([await maxOf("max-lines"), await maxOf("max-lines-per-function")]).toEqual([400, 60]);
  });

  test("fail for a planted long file and a planted long function", async () => {
    const long = `export function long(): void {\n${"  //\n".repeat(60)}}\n`;
    const messages = await withTempFolder(async (folder) => {
      plant(folder, { "compiler/long.ts": long + "\n".repeat(400) });
      const [result] = await budgetLinter(folder).lintFiles(["compiler/long.ts"]);
      return result?.messages.map(({ ruleId }) => ruleId);
    });
    expect(messages?.sort()).toEqual(budgetRules);
  });
});

describe("budgets of size in C++", () => {
  // Goldens are what the product printed.
  const sources = ["native", "test"]
    .flatMap((folder) => filesBelow(folder, /\.(h|cc|cpp|cu|cuh|inc)$/))
    .filter((file) => !/\/goldens?\//.test(file));

  test("hold for files", async () => {
    const max = await maxOf("max-lines");
    expect(sources.length).toBeGreaterThan(0);
    const over = sources
      .map((file) => ({ file, lines: readText(file).trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > max);
    expect(over).toEqual([]);
  });

  test("hold for functions", async () => {
    const max = await maxOf("max-lines-per-function");
    const all = sources.flatMap((file) => cppFunctions(readText(file)).map((found) => ({ file, ...found })));
    expect(all.length).toBeGreaterThan(0);
    const over = all
      .filter(({ lines }) => lines > max)
      .map(({ file, line, lines, header }) => `${file}:${line} ${lines} lines: ${header}`);
    expect(over).toEqual([]);
  });
});

describe("cppFunctions", () => {
  const found = (text: string) => cppFunctions(text).map(({ line, lines }) => [line, lines]);

  test("sees functions in namespaces, classes and extern C, not what is inside them", () => {
    const text = [
      '#include "a.h"', // 1
      "namespace cnnc {", // 2
      "constexpr int table[] = {1, 2};", // 3
      "template <int N>", // 4
      "void f(int a) {", // 5
      '  for (;;) { if (a) { g("}"); } } // }', // 6
      "  auto h = [&](int b) { return b; };", // 7
      "}", // 8
      "template <class T> struct S : Base<T> {", // 9
      "  int size() const { return 1; }", // 10
      "};", // 11
      "}", // 12
      'extern "C" {', // 13
      "int entry(void) {", // 14
      "  return '}';", // 15
      "}", // 16
      "}", // 17
    ].join("\n");
    expect(found(text)).toEqual([
      [4, 5],
      [10, 1],
      [14, 3],
    ]);
  });
});
