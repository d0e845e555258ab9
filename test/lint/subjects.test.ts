import { expect, test } from "vitest";
import { catalogue, subjects } from "../../compiler/lint/subjects.ts";
import { rules } from "../../compiler/lint/rules/registry.ts";

test("every warning has a name, and its severity can be set", () => {
  const warnings = Object.entries(catalogue).filter(([, { severity }]) => severity === "warning");
  const codes = subjects.map(({ code }) => code as string);
  expect(warnings.filter(([code]) => !codes.includes(code))).toEqual([]);
});

test("names and codes are those of one subject each", () => {
  const words = subjects.flatMap(({ code, name }) => [code, name]);
  expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
  expect(subjects.map(({ code }) => code)).toEqual(subjects.map(({ code }) => code).sort());
});

test("every rule says why, where to read on, and what it looks like", () => {
  for (const { code, title, explain } of rules) {
    expect(title, code).toMatch(/^[a-z`].*[^.]$/);
    expect(explain, code).toMatch(/[.)]$/);
    for (const line of explain.split("\n")) expect(line.length, `${code}: ${line}`).toBeLessThanOrEqual(140);
  }
});
