// Makes the files of a network that both sides load: ours is built as users build it; theirs is its export, without what turns
// bytes into numbers, which onnxruntime is given as PyTorch's users do it, beforehand.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { frontOf } from "../../../dist/compiler/cli/front.js";
import { constantOf } from "../../../dist/compiler/cli/overrides.js";
import { costsOf, totalOf } from "../../../dist/compiler/check/cost.js";
import { onnxFile } from "../../../dist/compiler/onnx/file.js";
import { onnxGraph } from "../../../dist/compiler/onnx/graph.js";
import { buildNetwork, root } from "../build-network.mjs";
import { modelIn, normalizeOf } from "./sides.mjs";

/** Builds, exports and describes a network in a folder of its own. */
export async function prepare(name, { file, set = {} }) {
  const folder = path.join(root, "build", "bench", name);
  mkdirSync(folder, { recursive: true });
  buildNetwork(file, folder, set);
  const constants = Object.entries(set).map(([key, value]) => [key, constantOf(value)]);
  const { models } = frontOf(path.join(root, file), { set: Object.fromEntries(constants) }, true);
  const [model] = models;
  const { graph, input } = withoutNormalize(model, onnxGraph(model));
  const net = await (await modelIn(folder, model.name)).load({ seed: 1 });
  await net.save(path.join(folder, "weights.safetensors"));
  const weights = new Map(net.weightTensors().map((tensor) => [tensor.name, tensor.read()]));
  await net.dispose();
  writeFileSync(path.join(folder, "network.onnx"), onnxFile(graph, { kind: "inside", values: weights }));
  const addon = `${path.basename(file, ".cnn").replace(/[^A-Za-z0-9_-]/g, "_")}.node`;
  const description = {
    ...{ folder, model: model.name, ...totalOf(costsOf(model)), addonBytes: statSync(path.join(folder, addon)).size },
    input,
    outputs: model.outputs.map((output) => ({ name: output.name, size: output.shape.reduce((a, b) => a * b, 1) })),
  };
  writeFileSync(path.join(folder, "network.json"), JSON.stringify(description));
  return description;
}

/** The graph from the value of `normalize` on, where the input has one, and how that is computed. */
function withoutNormalize(model, graph) {
  const [{ name, type }] = model.inputs;
  const layer = normalizeOf(model);
  if (layer === undefined) return { graph, input: { name, ...type, peer: name } };
  const isBefore = (value) => value === layer.name || [name, layer.name].some((owner) => value.startsWith(`${owner}.`));
  const rest = {
    ...graph,
    inputs: [{ name: layer.name, type: layer.type }],
    inner: graph.inner.filter((value) => value.name !== layer.name),
    constants: graph.constants.filter((constant) => !isBefore(constant.name)),
    nodes: graph.nodes.filter((node) => !isBefore(node.output)),
  };
  const { mean, std } = layer.attributes;
  return { graph: rest, input: { name, ...type, peer: layer.name, normalize: { mean, std } } };
}
