import { expect } from "vitest";
import { check } from "../../compiler/check/check.ts";
import type { CheckOptions } from "../../compiler/check/check.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { parse, render } from "../../grammar/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";
import { sectionsOf } from "../support/sections.ts";

/** Checks a text that is well-formed. */
export function checkText(text: string, options: CheckOptions = {}): ReturnType<typeof check> {
  const { main, load } = sectionsOf("test.cnn", text);
  const parsed = parse(main);
  expect(render(parsed.diagnostics)).toBe("");
  return check(parsed.ast, { load, ...options });
}

/** The one model of a text without errors. */
export function modelOf(text: string, options: CheckOptions = {}): CheckedModel {
  const { models, diagnostics } = checkText(text, options);
  expect(render(diagnostics.filter(({ severity }) => severity === "error"))).toBe("");
  expect(models).toHaveLength(1);
  return models[0]!;
}

/** `x = …` in a model with an input of 3×12×10, and everything it needs to be complete. */
export function withBody(body: string, head = "model M"): string {
  return `${head} {\n input image: f32[3, 12, 10]\n ${body}\n}`;
}

export function codesOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code }) => code);
}
