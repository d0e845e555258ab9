import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { frontOf } from "../../compiler/cli/front.ts";
import { onnxGraph, type OnnxGraph } from "../../compiler/onnx/graph.ts";
import { printOnnx } from "../../compiler/onnx/print.ts";
import { modelOf, operators, sampleModels } from "../../compiler/testing/index.ts";
import { expectGolden } from "../support/golden.ts";
import { root } from "../support/paths.ts";

const samples = sampleModels();

/** Names in the order in which they are defined; each once, and before it is used. */
function expectDefinedOnce({ inputs, parameters, constants, nodes, outputs }: OnnxGraph): void {
  const names = [...inputs, ...parameters, ...constants].map(({ name }) => name);
  const known = new Set(names);
  expect(known.size, "names of inputs, parameters and constants").toBe(names.length);
  for (const node of nodes) {
    for (const input of node.inputs) expect(known, `${node.output} uses it`).toContain(input);
    expect(known).not.toContain(node.output);
    known.add(node.output);
  }
  for (const { name } of outputs) expect(known).toContain(name);
}

describe("ONNX graphs", () => {
  it.each(operators.map(({ name }) => name))("of the samples of %s", (operator) => {
    const graphs = samples.filter((it) => it.operator === operator).map(({ model }) => onnxGraph(model));
    graphs.forEach(expectDefinedOnce);
    expectGolden(`test/onnx/operators/${operator}.txt`, graphs.map(printOnnx).join("\n"));
  });

  it.each(["lenet", "fashion-resnet"])("of %s", (name) => {
    const { models } = frontOf(path.join(root, `examples/${name}/${name}.cnn`), {}, true);
    const graph = onnxGraph(models[0]!);
    expectDefinedOnce(graph);
    expectGolden(`test/onnx/examples/${name}.txt`, printOnnx(graph));
  });

  it("use the weights of a shared layer twice, and hold them once", () => {
    const graph = onnxGraph(
      modelOf(
        "Siamese",
        "shared tower = dense(3)\ninput a: f32[5]\ninput b: f32[5]\noutput y: f32[6] = concat(a -> tower, b -> tower)",
      ),
    );
    expect(graph.parameters.map(({ name }) => name)).toEqual(["tower.weight", "tower.bias"]);
    expect(graph.nodes.filter(({ inputs }) => inputs.includes("tower.weight"))).toHaveLength(2);
  });

  const auxiliary = modelOf(
    "Auxiliary",
    `input x: f32[8]
     features = x -> dense(4) -> tanh -> dropout(0.3)
     logits = features -> dense(3)
     side = features -> dense(3)
     output y: class[3] = logits -> softmax
     train { loss = cross_entropy(logits, y) + 0.3 * cross_entropy(side, y) optimizer = sgd(lr=0.1) batch = 4 epochs = 1 }`,
  );

  it("leave out what only the loss needs", () => {
    expect(auxiliary.layers.map(({ name }) => name)).toContain("side.dense1");
    const { nodes, parameters } = onnxGraph(auxiliary);
    expect(nodes.map(({ output }) => output)).toEqual([
      "features.dense1",
      "features.tanh1",
      "features.dropout1",
      "logits.dense1",
      "y.softmax1",
      "y",
    ]);
    expect(parameters.map(({ name }) => name)).not.toContain("side.dense1.weight");
  });

  it("give every value as an output where that is asked for", () => {
    const { outputs } = onnxGraph(auxiliary, true);
    expect(outputs.map(({ name, type }) => [name, type.shape])).toEqual([
      ["y", [3]],
      ["features.dense1", [4]],
      ["features.tanh1", [4]],
      ["features.dropout1", [4]],
      ["logits.dense1", [3]],
      ["y.softmax1", [3]],
    ]);
  });

  it("cast bytes once, for all that read them", () => {
    const { nodes } = onnxGraph(
      modelOf(
        "Bytes",
        `input x: u8[1, 4, 4]
         a = x -> normalize(mean=[0.1], std=[0.2])
         b = x -> normalize(mean=[0.3], std=[0.4])
         output y: f32[1, 4, 4] = add(a, b)`,
      ),
    );
    expect(nodes.filter(({ op }) => op === "Cast")).toHaveLength(1);
  });
});
