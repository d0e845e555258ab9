import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { emitHeader } from "../../compiler/emit/c/header.ts";
import { readText } from "../support/paths.ts";
import { compileText } from "../compile/lenet.ts";

/** What gcc says about a header, strictly, as C11. */
function complaints(text: string): string {
  const manifests = compileText(text, "names.cnn").map(({ manifest }) => manifest);
  expect(manifests.length).toBeGreaterThan(0);
  const header = emitHeader("names", manifests, readText("native/addon/c/c-api.h")).text;
  const args = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-x", "c", "-"];
  return spawnSync("gcc", args, { input: header, encoding: "utf8" }).stderr;
}

const documented = (doc: string): string =>
  `cnn 1\n/// ${doc}\nmodel M {\n  input x: f32[2]\n  output y: class("${doc}", "b") = x -> softmax\n}\n`;

it("documentation and labels cannot end their comment", () => {
  expect(complaints(documented("ends here: */ int x;"))).toBe("");
});

it("documentation and labels start no comment within theirs", () => {
  expect(complaints(documented("starts here: /* y"))).toBe("");
});

it("inputs named like the function's own parameters are told apart", () => {
  const text = `cnn 1
model Names {
  input net: f32[3]
  input batch: f32[3]
  output inputs: f32[3] = net -> relu
  output outputs: f32[3] = batch -> relu
}
`;
  expect(complaints(text)).toBe("");
});

it("models whose names differ in case and underscores only have functions of their own", () => {
  const model = (name: string): string => `model ${name} { input x: f32[3]\n output y: f32[3] = x -> relu }\n`;
  expect(complaints(`cnn 1\n${model("FooBar")}${model("Foo_bar")}`)).toBe("");
});
