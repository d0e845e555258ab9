// Training from files that are larger than the buffer, beside the network alone: an epoch of one batch that is in memory, one from
// shards (JPEG or PNG, decoded while a step runs) or NPY files, and the loader without a network, in turn; medians.
//   npm run bench -- loading [--threads 2 --rounds 5]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { batchesOf, epochOrder, fit, openNpyFolder, openShards } from "cnnc/runtime";
import { buildNetwork, root } from "./build-network.mjs";
import { modelIn } from "./inference/sides.mjs";
import { median } from "./inference/timing.mjs";

const { values } = parseArgs({
  options: { threads: { type: "string", default: "2" }, rounds: { type: "string", default: "5" } },
});
const [threads, rounds] = [Number(values.threads), Number(values.rounds)];

/** Pictures of `width` × `height`, of which `count` make an epoch; "npy": as arrays. */
const small = { width: 28, height: 28, file: "lenet/lenet.cnn", model: "LeNet", batch: 64, count: 4096 };
const fashion = {
  ...small,
  file: "fashion-resnet/fashion-resnet.cnn",
  model: "FashionResNet",
  batch: 128,
  count: 2048,
};
const cases = [
  { file: "resnet18/resnet18.cnn", model: "ResNet18", format: "jpg", width: 500, height: 375, batch: 16, count: 128 },
  { ...fashion, format: "png" },
  { ...small, format: "png" },
  { ...small, format: "npy" },
];

/** A picture, which is told from others and has grain. */
function pixelsOf(picture, { width, height }, channels) {
  return Uint8Array.from({ length: width * height * channels }, (_, at) => {
    const grain = (Math.imul(at + picture, 2654435761) >>> 24) % 40;
    return 108 + 60 * Math.sin(at / (channels * width * (5 + (picture % 7)))) + grain;
  });
}

/** Four shards, made by `tar`. */
async function shardsOf(folder, it, Model) {
  const { format, width, height, count } = it;
  const files = [];
  for (let shard = 0; shard < 4; shard++) {
    const source = path.join(folder, String(shard));
    mkdirSync(source);
    for (let i = 0; i < count / 4; i++) {
      const picture = shard * count + i;
      const image = sharp(pixelsOf(picture, it, 3), { raw: { width, height, channels: 3 } });
      const bytes = await (format === "jpg" ? image.jpeg({ quality: 85 }) : image.greyscale().png()).toBuffer();
      const name = path.join(source, String(i).padStart(6, "0"));
      writeFileSync(`${name}.${format}`, bytes);
      writeFileSync(`${name}.cls`, String(picture % 10));
    }
    files.push(`${source}.tar`);
    if (spawnSync("tar", ["--sort=name", "-cf", files.at(-1), "-C", source, "."]).status !== 0) throw new Error("tar");
  }
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  return openShards(files, Model, { bufferBytes: bytes / 2 });
}

/** The same as arrays, on the disk too. */
async function arraysOf(folder, it, { manifest }) {
  const [input, output] = [manifest.inputs[0], manifest.outputs[0]];
  const pixels = Array.from({ length: it.count }, (_, picture) => pixelsOf(picture, it, 1));
  writeNpy(path.join(folder, `train-${input.name}.npy`), [it.count, ...input.shape], Buffer.concat(pixels));
  const classes = Uint8Array.from({ length: it.count }, (_, picture) => picture % 10);
  writeNpy(path.join(folder, `train-${output.name}.npy`), [it.count], classes);
  const columns = [input, { name: output.name, shape: [] }];
  return openNpyFolder(folder, "train", columns, { mostBytes: 0, bufferBytes: 2 ** 22 });
}

function writeNpy(file, shape, bytes) {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117);
  writeFileSync(file, Buffer.concat([Buffer.from(`\x93NUMPY\x01\0\x76\0${header}\n`, "latin1"), bytes]));
}

/** Samples a second of the loader, one batch after another. */
async function loaderRate(data, batch, epoch) {
  const started = performance.now();
  for (const indices of batchesOf(epochOrder(data, 1, epoch), batch)) await data.gather(indices);
  return (1000 * data.size) / (performance.now() - started);
}

async function measure(folder, it) {
  const { file, model, batch, count, format, width, height } = it;
  const out = path.join(root, "build", "bench", `loading-${model}`);
  buildNetwork(`examples/${file}`, out);
  const Model = await modelIn(out, model);
  const data = await (format === "npy" ? arraysOf : shardsOf)(folder, it, Model);
  const one = await data.gather(Int32Array.from({ length: batch }, (_, i) => i));
  const memory = { size: count, gather: () => one };
  const net = await Model.load({ seed: 1, threads });
  const rateOf = async (from) => (await fit(net, from, { epochs: 1, batch })).epochs[0].imagesPerSecond;
  await rateOf({ ...memory, size: 4 * batch });
  const rates = { alone: [], fed: [], loader: [] };
  for (let round = 0; round < rounds; round++) {
    rates.alone.push(await rateOf(memory));
    rates.fed.push(await rateOf(data));
    rates.loader.push(await loaderRate(data, batch, round));
  }
  await net.dispose();
  const ratio = median(rates.alone.map((alone, round) => rates.fed[round] / alone));
  const [alone, fed, loader] = [rates.alone, rates.fed, rates.loader].map((list) => median(list).toFixed(0));
  const what = `${model}, ${width}×${height} ${format}`;
  console.log(`${what}: samples/s alone ${alone}, fed ${fed} (${ratio.toFixed(2)}), of the loader ${loader}`);
}

console.log(`${threads} threads, ${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}`);
for (const it of cases) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "cnnc-loading-"));
  try {
    await measure(folder, it);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
