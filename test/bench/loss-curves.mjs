// Losses of examples/fashion-resnet step by step, from the same first weights, over the same samples, without dropout and
// augmentation: ours and PyTorch's in float32, each against PyTorch's in float64. Rounding errors grow from step to step,
// so the distances are compared, not the losses: ours may be no farther away than PyTorch's.
//   npm run bench -- loss-curves [--steps 200 --seeds 1,2,3 --data FOLDER --json FILE]
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { batchesOf, readMnist, shuffledOrder } from "cnnc/runtime";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "200" },
    seeds: { type: "string", default: "1" },
    data: { type: "string", default: "/usr/share/datasets/fashion-mnist" },
    threads: { type: "string", default: "2" },
    json: { type: "string" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const steps = Number(values.steps);
const example = "examples/fashion-resnet";
const folder = mkdtempSync(path.join(os.tmpdir(), "cnnc-curves-"));
const wrapper = path.join(root, example, "build/loss-curves");
const file = (name) => path.join(folder, name);

const built = spawnSync(
  process.execPath,
  [
    ...["dist/bin/cnnc.js", "build", `${example}/fashion-resnet.cnn`, "--quiet"],
    ...["--set", "dropout=0", "--no-augment", "--out", wrapper],
  ],
  { cwd: root, stdio: "inherit" },
);
if (built.status !== 0) process.exit(1);
const { FashionResNet } = await import(path.join(wrapper, "index.js"));
const { images, labels } = await readMnist(values.data, "train");
const { batch, epochs } = FashionResNet.manifest.train;
const pixels = images.data.length / labels.data.length;
const totalSteps = epochs * Math.ceil(labels.data.length / batch);

const results = [];
for (const seed of values.seeds.split(",").map(Number)) {
  const { losses: ours, plan } = await trainOurs(seed);
  writeFileSync(file("steps.json"), JSON.stringify(plan));
  const exact = await trainPeer("float64");
  const single = await trainPeer("float32");
  const row = {
    ...{ seed, steps, first: exact.losses[0], last: exact.losses.at(-1), version: exact.version },
    ...{ cnnc: distances(ours, exact.losses), pytorch: distances(single.losses, exact.losses) },
  };
  results.push({ ...row, ratio: row.cnnc.mean / row.pytorch.mean });
  console.log(JSON.stringify(results.at(-1)));
}
rmSync(folder, { recursive: true });
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

/** Losses of our steps, and what PyTorch needs to take the same ones; first weights lie in a file. */
async function trainOurs(seed) {
  const net = await FashionResNet.load({ seed, threads: Number(values.threads) });
  await net.save(file("weights.safetensors"));
  const trainer = net.trainer({ seed, totalSteps });
  const plan = [];
  const losses = [];
  for (const samples of batchesOf(shuffledOrder(labels.data.length, seed, 0), batch)) {
    if (losses.length === steps) break;
    plan.push({ samples: [...samples], rate: trainer.learningRate });
    const image = new Uint8Array(samples.length * pixels);
    samples.forEach((n, i) => image.set(images.data.subarray(n * pixels, (n + 1) * pixels), i * pixels));
    losses.push(trainer.stepSync({ image, clothing: Array.from(samples, (n) => labels.data[n]) }).loss);
  }
  await net.dispose();
  return { losses, plan };
}

async function trainPeer(dtype) {
  const script = fileURLToPath(new URL("loss-curves-pytorch.py", import.meta.url));
  const args = ["--weights", file("weights.safetensors"), "--steps", file("steps.json"), "--data", values.data];
  const child = spawn(values.python, [script, ...args, "--dtype", dtype, "--threads", values.threads], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const text of child.stdout) output += text;
  return JSON.parse(output);
}

/** |loss - exact loss|: the mean over all steps, over the first half of them, and the largest. */
function distances(losses, exact) {
  const each = losses.map((loss, i) => Math.abs(loss - exact[i]));
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  return { mean: mean(each), firstHalf: mean(each.slice(0, each.length >> 1)), max: Math.max(...each) };
}
