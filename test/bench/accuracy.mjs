// Accuracy on the whole Fashion-MNIST, and the time of all of the training: of example networks as their files train them, and of
// the same training in PyTorch: network, first weights, batch, epochs, schedule, optimiser, augmentation, dropout, threads. Orders and draws
// are each side's own. A training takes minutes of both cores; results stand in --json as they come.
//   npm run bench -- accuracy [--models lenet,fashion-resnet] [--seeds 1,2,3] [--threads 2] [--epochs N] [--skip-peer] [--data FOLDER] [--json FILE]
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { evaluate, fit, labelledImagesDataset, readMnist } from "cnnc/runtime";
import { columns, formatSeconds } from "../../dist/compiler/cli/columns.js";
import { frontOf } from "../../dist/compiler/cli/front.js";
import { buildNetwork, root } from "./build-network.mjs";
import { chosen } from "./chosen.mjs";
import { modelIn } from "./inference/sides.mjs";

/** `target`: what the mean accuracy over the seeds shall be. */
const examples = {
  lenet: { file: "lenet/lenet.cnn", seeds: "1,2,3", target: 0.905 },
  "fashion-resnet": { file: "fashion-resnet/fashion-resnet.cnn", seeds: "1", target: 0.935 },
};
const { values } = parseArgs({
  options: {
    models: { type: "string", default: Object.keys(examples).join() },
    seeds: { type: "string" },
    threads: { type: "string", default: "2" },
    epochs: { type: "string" },
    "skip-peer": { type: "boolean", default: false },
    data: { type: "string", default: "/usr/share/datasets/fashion-mnist" },
    json: { type: "string" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const models = chosen(values.models, examples, "example");
const threads = Number(values.threads);
const names = { input: "image", target: "clothing" };
const [train, test] = await Promise.all(
  ["train", "test"].map(async (split) => labelledImagesDataset(await readMnist(values.data, split), names)),
);

const runs = [];
for (const name of models)
  for (const seed of (values.seeds ?? examples[name].seeds).split(",").map(Number)) {
    runs.push({ model: name, seed, ...(await compare(name, seed)) });
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: os.cpus()[0]?.model, runs }, null, 2)}\n`);
  }
console.log(table(runs).join("\n"));
console.log(`${os.cpus()[0]?.model}, ${threads} threads, node ${process.versions.node}${peerOf(runs)}`);
for (const name of models) {
  const found = mean(runs.filter(({ model }) => model === name).map(({ ours }) => ours.top1));
  const { target } = examples[name];
  console.log(`${name}: mean test accuracy ${found.toFixed(4)}, target ${target}`);
  // Another number of epochs is a trial.
  if (found < target && values.epochs === undefined) process.exitCode = 1;
}

/** One training on either side. */
async function compare(name, seed) {
  const folder = path.join(root, "build", "bench-accuracy", name);
  const source = path.join(root, "examples", examples[name].file);
  mkdirSync(folder, { recursive: true });
  buildNetwork(source, folder);
  const [model] = frontOf(source, {}, true).models;
  const Model = await modelIn(folder, model.name);
  const weights = path.join(folder, "first.safetensors");
  const epochs = values.epochs === undefined ? model.train.epochs : Number(values.epochs);
  const ours = await trainOurs(Model, { name, seed, epochs, weights });
  if (values["skip-peer"]) return { epochs, ours };
  const description = { ...descriptionOf(model), weights, data: values.data, seed, threads, epochs };
  return { epochs, ours, theirs: trainTheirs(path.join(folder, "training.json"), description) };
}

async function trainOurs(Model, { name, seed, epochs, weights }) {
  const net = await Model.load({ seed, threads });
  await net.save(weights);
  const start = performance.now();
  await fit(net, train, {
    ...{ seed, epochs },
    onEpoch: ({ epoch, loss }) =>
      console.error(`${name}, seed ${seed}, epoch ${epoch + 1}/${epochs}: loss ${loss.toFixed(4)}`),
  });
  const seconds = (performance.now() - start) / 1000;
  const { top1 } = await evaluate(net, test);
  await net.dispose();
  return { top1, seconds };
}

/** What the file says about training, for `accuracy-pytorch.py`, which knows these words alone. */
function descriptionOf({ name, layers, train: { loss, optimizer, schedule, batch, augments } }) {
  const words = [loss, optimizer, schedule].map(({ definition }) => definition.name).join();
  if (words !== "cross_entropy,sgd,cosine") throw new Error(`accuracy-pytorch.py does not know ${words}`);
  const dropout = layers.find(({ operator }) => operator.name === "dropout");
  const links = augments.flatMap((line) => line.links);
  return {
    ...{ model: name, batch, optimizer: optimizer.attributes, warmup: schedule.attributes.warmup },
    ...{ label_smoothing: loss.attributes.label_smoothing, dropout: dropout?.attributes.p ?? 0 },
    augment: links.map(({ definition, attributes }) => ({ name: definition.name, attributes })),
  };
}

function trainTheirs(file, description) {
  writeFileSync(file, JSON.stringify(description));
  const script = fileURLToPath(new URL("accuracy-pytorch.py", import.meta.url));
  const { status, stdout } = spawnSync(values.python, [script, file], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error("PyTorch did not train: apt-get install python3-torch libopenblas0-openmp");
  return JSON.parse(stdout);
}

function mean(numbers) {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

function peerOf([{ theirs }]) {
  return theirs ? `; ${theirs.peer} ${theirs.version}, ${theirs.blas}` : "";
}

function table(list) {
  const head = ["network", "seed", "epochs", "ours", "PyTorch", "our time", "theirs", "ratio"];
  const lines = list.map(({ model, seed, epochs, ours, theirs }) => [
    ...[model, String(seed), String(epochs), ours.top1.toFixed(4), theirs?.top1.toFixed(4) ?? "–"],
    ...[formatSeconds(ours.seconds), theirs ? formatSeconds(theirs.seconds) : "–"],
    theirs ? (theirs.seconds / ours.seconds).toFixed(2) : "–",
  ]);
  return columns([head, ...lines], ["left", ...Array(7).fill("right")]);
}
