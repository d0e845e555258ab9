import { parse, render, sourceFile } from "../../grammar/index.ts";
import { check } from "../check/check.ts";
import type { CheckedModel } from "../check/program.ts";

/** The models of a .cnn text that is right; an Error shows what is wrong with one that is not. */
export function modelsOf(text: string, path = "test.cnn"): readonly CheckedModel[] {
  const { ast, diagnostics: syntax } = parse(sourceFile(path, text));
  const { models, diagnostics } = check(ast);
  const errors = [...syntax, ...diagnostics].filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(render(errors, { color: false }));
  return models;
}

/** The only model of a text: `model NAME {` and `}` around the lines, the version before. */
export function modelOf(name: string, lines: string): CheckedModel {
  return modelsOf(`cnn 1\nmodel ${name} {\n${lines}\n}\n`, `${name}.cnn`)[0]!;
}
