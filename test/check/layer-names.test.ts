import { describe, expect, test } from "vitest";
import { modelOf, withBody } from "./support.ts";

const names = (body: string): string[] => modelOf(withBody(body)).layers.map(({ name }) => name);

describe("names of layers", () => {
  test("count the same word within a statement, in source order", () => {
    const body = `x = image -> conv(4, kernel=3) -> relu -> conv(4, kernel=3) -> relu
      y = x -> conv(4, kernel=1)
      output z: f32[4, 8, 6] = y -> relu`;
    expect(names(body)).toEqual(["x.conv1", "x.relu1", "x.conv2", "x.relu2", "y.conv1", "z.relu1"]);
  });

  test("take the `as` name, which counts all the same", () => {
    const body = `x = image -> conv(4, kernel=3) as stem -> conv(4, kernel=3)
      output z: f32[4, 8, 6] = x`;
    expect(names(body)).toEqual(["x.stem", "x.conv2"]);
  });

  test("count nested arguments where they stand", () => {
    const body = `output z: f32[4, 10, 8] = relu(relu(image -> conv(4, kernel=3)))`;
    expect(names(body)).toEqual(["z.conv1", "z.relu2", "z.relu1"]);
  });

  test("do not depend on other statements", () => {
    const one = "y = image -> relu   output z: f32[3, 12, 10] = y -> tanh";
    const two = "v = image -> relu -> tanh   y = v -> relu   output z: f32[3, 12, 10] = y -> tanh";
    expect(names(two)).toEqual(expect.arrayContaining(names(one)));
  });

  test("of parameters end in the parameter's own", () => {
    const model = modelOf(withBody("output z: f32[4, 10, 8] = image -> conv(4, kernel=3) as stem"));
    expect(model.layers[0]?.parameters.map(({ name }) => name)).toEqual(["z.stem.weight", "z.stem.bias"]);
  });
});

describe("layers", () => {
  test("that lead to no output and no loss are left out", () => {
    expect(names("side = image -> conv(9, kernel=3)   output z: f32[3, 12, 10] = image -> relu")).toEqual(["z.relu1"]);
  });

  test("that only the loss needs are kept", () => {
    const body = `logits = image -> flatten -> dense(3)
      extra = image -> flatten -> dense(3)
      output label: class[3] = logits -> softmax
      train { loss = cross_entropy(logits, label) + 0.3 * cross_entropy(extra, label)  optimizer = sgd(lr=1) }`;
    expect(names(body)).toContain("extra.dense1");
  });

  test("are at most 10,000", async () => {
    const { checkText, codesOf } = await import("./support.ts");
    const chain = " -> relu".repeat(10_001);
    const text = withBody(`output z: f32[3, 12, 10] = image${chain}`);
    expect(codesOf(checkText(text).diagnostics)).toEqual(["CNN407"]);
  });
});
