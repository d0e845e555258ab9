// A network loaded on either side, ready to be called.
import { createRequire } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

/** The class of a model that was built into a folder. */
export async function modelIn(folder, model) {
  return (await import(pathToFileURL(path.join(folder, "index.js")).href))[model];
}

const elements = (shape) => shape.reduce((a, b) => a * b, 1);

/** The same samples for both: bytes, tokens or numbers in 0..1, without an order. */
export function samplesOf({ dtype, shape, below, normalize }, batch) {
  const draw = (i) => ((i + 1) * 2654435761) >>> 0;
  const length = batch * elements(shape);
  if (dtype === "tokens") {
    const tokens = Int32Array.from({ length }, (_, i) => (draw(i) >>> 8) % below);
    return { ours: tokens, theirs: tokens };
  }
  if (dtype === "f32") {
    const numbers = Float32Array.from({ length }, (_, i) => draw(i) / 2 ** 32);
    return { ours: numbers, theirs: numbers };
  }
  const bytes = Uint8Array.from({ length }, (_, i) => draw(i) >>> 24);
  const pixels = elements(shape.slice(1));
  const channelOf = (i) => Math.floor(i / pixels) % shape[0];
  const { mean, std } = normalize;
  const standardised = (byte, c) => (byte / 255 - mean[c]) / std[c];
  return { ours: bytes, theirs: Float32Array.from(bytes, (byte, i) => standardised(byte, channelOf(i))) };
}

/** The layer that standardises a model's input; undefined where none does. */
export function normalizeOf({ layers, inputs: [{ name }] }) {
  return layers.find(({ operator, operands }) => operator.name === "normalize" && operands[0] === name);
}

/** Our side: `predictSync`, with weights from a file. */
export async function openOurs({ folder, model, input, outputs }, { batch, threads }) {
  const Model = await modelIn(folder, model);
  const given = { [input.name]: samplesOf(input, batch).ours };
  const started = performance.now();
  const net = await Model.load({ weights: path.join(folder, "weights.safetensors"), threads });
  return {
    loadMs: performance.now() - started,
    repeat: async (calls) => {
      for (let i = 0; i < calls; i++) net.predictSync(given);
    },
    results: async () => {
      const into = Object.fromEntries(outputs.map(({ name, size }) => [name, new Float32Array(batch * size)]));
      net.predictSync(given, { into });
      return into;
    },
    close: () => net.dispose(),
  };
}

/** Their side: `run`, which is all there is; it computes on the calling thread, a turn of the event loop later. */
export async function openTheirs({ folder, input, outputs }, { batch, threads }) {
  const { InferenceSession, Tensor } = createRequire(import.meta.url)("onnxruntime-node");
  const { theirs: data } = samplesOf(input, batch);
  const type = data instanceof Int32Array ? "int32" : "float32";
  const given = { [input.peer]: new Tensor(type, data, [batch, ...input.shape]) };
  const started = performance.now();
  const session = await InferenceSession.create(path.join(folder, "network.onnx"), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
  });
  return {
    loadMs: performance.now() - started,
    repeat: async (calls) => {
      for (let i = 0; i < calls; i++) await session.run(given);
    },
    results: async () => {
      const found = await session.run(given);
      return Object.fromEntries(outputs.map(({ name }) => [name, found[name].data]));
    },
    close: () => session.release(),
  };
}
