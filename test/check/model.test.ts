import { describe, expect, test } from "vitest";
import { checkArena } from "../../compiler/check/arena.ts";
import { costsOf, totalOf } from "../../compiler/check/cost.ts";
import { readText } from "../support/paths.ts";
import { checkText, codesOf, modelOf, withBody } from "./support.ts";

describe("LeNet", () => {
  const model = modelOf(readText("examples/lenet/lenet.cnn"));

  test("has the shapes of the paper", () => {
    const shapes = Object.fromEntries(model.layers.map(({ name, type }) => [name, type.shape.join("×")]));
    expect(shapes).toMatchObject({
      "logits.conv1": "6×28×28",
      "logits.avg_pool1": "6×14×14",
      "logits.conv2": "16×10×10",
      "logits.flatten1": "400",
      "logits.dense3": "10",
      "clothing.softmax1": "10",
    });
  });

  test("has 61,706 parameters", () => {
    expect(totalOf(costsOf(model))).toEqual({ params: 61_706, macs: 416_520 });
  });

  test("has an output for the loss and for callers", () => {
    const [output] = model.outputs;
    expect(output).toMatchObject({
      name: "clothing",
      kind: "class",
      classes: 10,
      value: "clothing.softmax1",
      shape: [10],
    });
    expect(output?.labels?.at(-1)).toBe("Ankle boot");
    expect(model.train).toMatchObject({
      loss: { kind: "loss", prediction: "logits.dense3", target: "clothing" },
      batch: 64,
      epochs: 20,
    });
    expect(model.train?.optimizer.attributes).toEqual({ lr: 0.05, momentum: 0.9, nesterov: false, weight_decay: 5e-4 });
  });

  test("leaves its arena to the back end", () => {
    expect(checkArena(model, 256 * 1024 - 1)).toEqual([]);
    const [report] = checkArena(model, 256 * 1024);
    expect(report?.code).toBe("CNN403");
    expect(report?.message).toBe("`LeNet` needs 256 KiB of working memory; its budget is < 256KiB");
  });
});

describe("initialisers", () => {
  const kinds = (body: string): (string | undefined)[] =>
    modelOf(withBody(body)).layers.flatMap(({ parameters }) => parameters[0]?.initializer.kind ?? []);

  test("follow the first activation behind the layer, through pools", () => {
    const body = `x = image -> conv(4, kernel=3) -> max_pool(2) -> dropout -> relu -> flatten -> dense(5) -> tanh
      output z: f32[7] = x -> dense(7)`;
    expect(kinds(body)).toEqual(["normal", "uniform", "uniform"]);
  });

  test("do not look through a layer that learns", () => {
    expect(kinds("output z: f32[5] = image -> flatten -> dense(9) -> dense(5) -> relu")).toEqual(["uniform", "normal"]);
  });

  test("are chosen by `init`", () => {
    expect(kinds("output z: f32[5] = image -> flatten -> dense(5, init=he)")).toEqual(["normal"]);
    expect(kinds("output z: f32[5] = image -> flatten -> dense(5, init=orthogonal) -> relu")).toEqual(["orthogonal"]);
  });

  test("may be a number that all weights start as", () => {
    const model = modelOf(withBody("output z: f32[5] = image -> flatten -> dense(5, init=0.1)"));
    expect(model.layers[1]?.parameters[0]?.initializer).toEqual({ kind: "constant", value: 0.1 });
  });

  test("make biases zero", () => {
    const model = modelOf(withBody("output z: f32[5] = image -> flatten -> dense(5)"));
    expect(model.layers[1]?.parameters[1]?.initializer).toEqual({ kind: "constant", value: 0 });
  });
});

describe("train", () => {
  const train = (settings: string): string =>
    withBody(
      `logits = image -> flatten -> dense(3)   output label: class[3] = logits -> softmax   train { ${settings} }`,
    );

  test("has defaults", () => {
    const model = modelOf(train("loss = cross_entropy(logits, label)  optimizer = sgd(lr=0.1)"));
    expect(model.train).toMatchObject({ batch: 32, epochs: 10, schedule: { definition: { name: "constant" } } });
  });

  test("folds constants of a loss", () => {
    const model = modelOf(train("loss = -(2 * 3) * cross_entropy(logits, label)  optimizer = sgd(lr=0.1)"));
    expect(model.train?.loss).toMatchObject({ kind: "binary", operator: "*", right: { kind: "loss" } });
  });

  test("may stand above the outputs it names", () => {
    const text = withBody(`logits = image -> flatten -> dense(3)
      train { loss = cross_entropy(logits, label)  optimizer = sgd(lr=0.1) }
      output label: class[3] = logits -> softmax`);
    expect(modelOf(text).train).toBeDefined();
  });
});

describe("files that a text names", () => {
  test("are told, each once, in the order in which they were met", () => {
    const { sources } = checkText(`import { A } from "a.cnn"
      import { B } from "b.cnn"
      model M {
        input x: f32[2]
        output y: class from "labels.txt" = x -> A -> B -> softmax
        output z: class from "./labels.txt" = x -> softmax
      }
// file: labels.txt
cat
dog
// file: a.cnn
import { B } from "b.cnn"
block A { out in -> B }
// file: b.cnn
block B { out in -> relu }
`);
    expect(sources.map(({ path }) => path)).toEqual(["a.cnn", "b.cnn", "labels.txt"]);
  });
});

describe("models of a file", () => {
  const two = `model A { input x: f32[3]  output y: f32[3] = x -> relu }
    model B { input x: f32[3]  output y: f32[3] = x -> softmaxx }`;

  test("are chosen by name, and then alone checked", () => {
    expect(checkText(two, { model: "A", single: true }).models.map(({ name }) => name)).toEqual(["A"]);
  });

  test("are otherwise all checked", () => {
    const { models, diagnostics } = checkText(two);
    expect(models.map(({ name }) => name)).toEqual(["A"]);
    expect(codesOf(diagnostics)).toEqual(["CNN202"]);
  });
});
