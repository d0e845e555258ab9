// `npm run bench -- WHAT`: what is compared with whom. Machines must be idle; each script tells its options at its top.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const scripts = {
  inference: { file: "inference/inference.mjs", about: "predictions of the example networks, and onnxruntime's" },
  training: { file: "training/training.mjs", about: "training steps of the example networks, and PyTorch's" },
  accuracy: { file: "accuracy.mjs", about: "whole trainings on Fashion-MNIST: accuracy and time, and PyTorch's" },
  loading: { file: "loading.mjs", about: "training from shards of pictures, and the network alone" },
  "loss-curves": { file: "loss-curves.mjs", about: "losses of Fashion-ResNet step by step, and PyTorch's" },
};

const [what] = process.argv.splice(2, 1);
const script = Object.hasOwn(scripts, what ?? "") ? scripts[what] : undefined;
if (script === undefined) {
  const lines = Object.entries(scripts).map(([name, { about }]) => `  npm run bench -- ${name.padEnd(11)}  ${about}`);
  console.error(["what to measure:", ...lines].join("\n"));
  process.exit(2);
}
const folder = fileURLToPath(new URL(".", import.meta.url));
if (what === "inference" && !existsSync(`${folder}node_modules/onnxruntime-node`)) {
  const install = ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"];
  if (spawnSync("npm", install, { stdio: "inherit" }).status !== 0) process.exit(2);
}
await import(new URL(script.file, import.meta.url).href);
