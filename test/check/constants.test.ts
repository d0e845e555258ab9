import { describe, expect, test } from "vitest";
import type { CheckOptions } from "../../compiler/check/check.ts";
import { checkText, codesOf, modelOf, withBody } from "./support.ts";

/** The value of an expression, read back from a `dense`, where `v` is a 3×12×10 value. */
function evaluate(expression: string, head?: string, options?: CheckOptions): unknown {
  const body = `x = image -> flatten -> dense(${expression})   output z: f32[x.size] = x -> relu`;
  return modelOf(withBody(body, head), options).layers.at(-2)?.attributes["units"];
}

describe("compile-time expressions", () => {
  test.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["7 / 2 * 2", 7],
    ["10 - -3", 13],
    ["7 % 3", 1],
    ["-7 % 3", 2],
    ["min(9, 4, 6)", 4],
    ["max([9, 4, 6])", 9],
    ["floor(7 / 2)", 3],
    ["ceil(7 / 2)", 4],
    ["2K", 2000],
    ["1.001K", 1001],
    ["image.channels * 5", 15],
    ["image.height", 12],
    ["image.width", 10],
    ["image.size / 12", 30],
  ])("%s is %i", (expression, value) => {
    expect(evaluate(expression)).toBe(value);
  });

  test.each([
    ["1 < 2 and 2 <= 2", true],
    ["1 > 2 or 2 >= 3", false],
    ["not (1 == 1)", false],
    ['"a" == "a"', true],
    ['"a" != "b"', true],
    ["[1, 2] == [1, 2]", true],
    ["1..3 == 1..4", false],
    ["true == false", false],
  ])("%s is %s", (expression, value) => {
    const body = `output z: f32[4, 10, 8] = image -> conv(4, kernel=3, bias=${expression})`;
    expect(modelOf(withBody(body)).layers[0]?.attributes["bias"]).toBe(value);
  });

  test("a fraction is an error only where a whole number is needed", () => {
    const result = checkText(withBody("output z: f32[3] = image -> flatten -> dense(7 / 2)"));
    expect(codesOf(result.diagnostics)).toEqual(["CNN310"]);
  });
});

describe("parameters of a model", () => {
  const head = "model M(depth=2, width=depth * 8, wide=true)";

  test("have defaults that may use the parameters before them", () => {
    expect(evaluate("width", head)).toBe(16);
  });

  test("are set from outside", () => {
    expect(evaluate("width", head, { set: { depth: 5 } })).toBe(40);
    expect(evaluate("width", head, { set: { depth: 5, width: 3 } })).toBe(3);
  });

  test("without a default must be set", () => {
    expect(evaluate("width", "model M(width)", { set: { width: 3 } })).toBe(3);
  });

  test("named like members of every object are still unknown", () => {
    const result = checkText(withBody("output z: f32[3, 12, 10] = image -> relu"), { set: { toString: 3 } });
    expect(codesOf(result.diagnostics)).toEqual(["CNN225"]);
  });
});

describe("words of attributes", () => {
  test("win over a value of the same name", () => {
    const body =
      "same = 1   output z: f32[4, 12, 10] = image -> conv(4, kernel=3, pad=same)   output w: f32[same] = z2";
    const model = modelOf(withBody(body.replace("= z2", "= image -> flatten -> dense(same)")));
    expect(model.layers[0]?.attributes["pad"]).toBe("same");
  });

  test("may also be constants that have a name", () => {
    const body = "p = 1   output z: f32[4, 12, 10] = image -> conv(4, kernel=3, pad=p)";
    expect(modelOf(withBody(body)).layers[0]?.attributes["pad"]).toEqual([1, 1, 1, 1]);
  });
});
