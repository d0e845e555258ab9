// A training step of the example networks, ours and PyTorch's in turn: A B A B, medians, losses compared first. The same
// network, weights and batch, in memory; forward, loss, backward, SGD with momentum. PyTorch runs in a child process, in the
// quickest of its layouts and optimisers; memory is measured in processes of their own. The machine must be idle: PyTorch's
// threads spin while they wait for each other.
//   npm run bench -- training [--models resnet18,vgg16] [--threads 1,2] [--rounds 3] [--block MS] [--json FILE]
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as os from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { columns, formatBytes } from "../../../dist/compiler/cli/columns.js";
import { chosen } from "../chosen.mjs";
import { median, quiet } from "../inference/timing.mjs";
import { networks } from "./networks-table.mjs";
import { prepare } from "./prepare.mjs";
import { openOurs, openTheirs, peerScript } from "./sides.mjs";

/**
 * Of the loss of the first step, and of the third, relative: on a few samples rounding errors grow fast behind batch norm, and
 * PyTorch's own two layouts are a hundredth apart then.
 */
const tolerances = { first: 1e-5, third: 3e-2 };

const { values } = parseArgs({
  options: {
    models: { type: "string", default: Object.keys(networks).join() },
    threads: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "3" },
    block: { type: "string", default: "300" },
    json: { type: "string" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const models = chosen(values.models, networks);
const rows = [];
for (const name of models) {
  const description = await prepare(name, networks[name]);
  for (const threads of values.threads.split(",").map(Number)) {
    rows.push({ model: name, batch: networks[name].batch, threads, ...(await compare(description, threads)) });
    console.error(progress(rows.at(-1)));
  }
}
console.log(table(rows).join("\n"));
const [{ peer, version, blas }] = rows;
console.log(`${os.cpus()[0]?.model}, node ${process.versions.node}; ${peer} ${version}, ${blas}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: os.cpus()[0]?.model, rows }, null, 2)}\n`);
if (rows.some(({ first, third }) => !(first <= tolerances.first && third <= tolerances.third))) {
  console.error(`losses differ by more than ${tolerances.first} in the first step or ${tolerances.third} in the third`);
  process.exitCode = 1;
}

/** One line of the table. */
async function compare(description, threads) {
  const ours = await openOurs(description, threads);
  const { losses, variant, measure, close, ...peer } = await openTheirs(description, threads, values.python);
  const [first, , third] = losses.map((loss, i) => Math.abs(loss - ours.losses[i]) / Math.abs(loss));
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    await quiet();
    rounds.push({ ours: await ours.measure(Number(values.block)), theirs: await measure(Number(values.block)) });
  }
  await ours.close();
  close();
  return {
    ...{ oursMs: median(rounds.map((it) => it.ours)), theirsMs: median(rounds.map((it) => it.theirs)) },
    ...{ ratio: median(rounds.map((it) => it.theirs / it.ours)), first, third, rounds, ...peer, variant },
    rss: { ours: ourMemory(description, threads), theirs: theirMemory(description, threads, variant) },
  };
}

function ourMemory({ folder }, threads) {
  return memoryOf(process.execPath, [fileURLToPath(new URL("one-side.mjs", import.meta.url)), folder, threads]);
}

function theirMemory({ folder }, threads, variant) {
  return memoryOf(values.python, [peerScript, folder, "--threads", threads, "--variant", variant, "--steps", 3]);
}

function memoryOf(program, args) {
  const { status, stdout } = spawnSync(program, args.map(String), {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${program} failed in a process of its own`);
  return JSON.parse(stdout).rss;
}

function progress({ model, batch, threads, ratio, rounds, variant }) {
  const ratios = rounds.map(({ ours, theirs }) => (theirs / ours).toFixed(2));
  const what = `${model}, batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}`;
  return `${what}: ${ratio.toFixed(2)}× (rounds ${ratios.join(" ")}; PyTorch's ${variant})`;
}

function table(list) {
  const head = [
    "model",
    "batch",
    "threads",
    "ours ms",
    "theirs ms",
    "ratio",
    "target",
    "1st loss",
    "3rd loss",
    "peak RSS",
    "theirs",
    "ratio",
  ];
  const lines = list.map((row) => [
    ...[row.model, row.batch, row.threads, row.oursMs.toFixed(2), row.theirsMs.toFixed(2), row.ratio.toFixed(2)],
    ...[
      networks[row.model].target,
      row.first.toExponential(0),
      row.third.toExponential(0),
      formatBytes(row.rss.ours),
      formatBytes(row.rss.theirs),
    ],
    (row.rss.theirs / row.rss.ours).toFixed(2),
  ]);
  return columns([head, ...lines.map((line) => line.map(String))], ["left", ...Array(11).fill("right")]);
}
