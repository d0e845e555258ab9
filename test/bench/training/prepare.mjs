// Makes what both sides load: the network of an example under a train section of its own, first weights, and a batch.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { frontOf } from "../../../dist/compiler/cli/front.js";
import { constantOf } from "../../../dist/compiler/cli/overrides.js";
import { buildNetwork, root } from "../build-network.mjs";
import { modelIn, normalizeOf, samplesOf } from "../inference/sides.mjs";

/** Builds a network in a folder of its own, where `network.json` tells the sides what there is. */
export async function prepare(name, { file, set, batch, loss }) {
  const folder = path.join(root, "build", "bench-training", name);
  mkdirSync(folder, { recursive: true });
  const source = path.join(folder, path.basename(file));
  writeFileSync(source, stepOf(path.join(root, file), folder, { batch, loss }));
  buildNetwork(source, folder, set);
  const constants = Object.entries(set).map(([key, value]) => [key, constantOf(value)]);
  const [model] = frontOf(source, { set: Object.fromEntries(constants) }, true).models;
  const Model = await modelIn(folder, model.name);
  const [input] = Model.manifest.inputs;
  const target = Model.manifest.outputs.find((output) => Model.manifest.train.targets.includes(output.name));
  const samples = samplesOf({ ...input, normalize: normalizeOf(model)?.attributes }, batch);
  const targets = targetsOf(target, batch);
  for (const [who, { buffer }] of Object.entries({ ...samples, targets }))
    writeFileSync(path.join(folder, `${who}.bin`), new Uint8Array(buffer));
  const net = await Model.load({ seed: 1 });
  await net.save(path.join(folder, "weights.safetensors"));
  await net.dispose();
  const order = Model.manifest.parameters.map((it) => it.name).filter((it) => !it.includes(".running_"));
  const given = { name: input.name, dtype: input.dtype, shape: input.shape };
  const wanted = { name: target.name, kind: target.kind, shape: target.shape };
  const description = { name, folder, model: model.name, batch, input: given, target: wanted, order };
  writeFileSync(path.join(folder, "network.json"), JSON.stringify(description));
  return description;
}

/** The source with forward, loss, backward and SGD with momentum as its step: no dropout, no augmentation, no decay. */
function stepOf(file, folder, { batch, loss }) {
  const section = `train { loss = ${loss} optimizer = sgd(lr=1e-3, momentum=0.9) batch = ${batch} epochs = 1 }`;
  return readFileSync(file, "utf8")
    .replace(/^ {2}train \{[\s\S]*?^ {2}\}/m, `  ${section}`)
    .replace(/ -> dropout\([\d.]+\)|dropout\([\d.]+\) -> /g, "")
    .replace(/ from "(\.[^"]+)"/g, (_, to) => ` from "${path.relative(folder, path.resolve(path.dirname(file), to))}"`);
}

/** A class for each sample; a mask with 0 and 1 for each pixel. */
function targetsOf({ kind, shape }, batch) {
  if (kind === "class") return Int32Array.from({ length: batch }, (_, i) => (i * 7) % shape[0]);
  const pixels = batch * shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: pixels }, (_, i) => Number(((i + 1) * 2654435761) >>> 31));
}
