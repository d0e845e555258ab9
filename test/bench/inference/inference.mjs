// Predictions of the example networks, ours and onnxruntime's in turn in one process: A B A B, medians, outputs compared first.
// Memory and loading are measured in processes of their own, one for each side. The machine must be idle.
//   npm run bench -- inference [--models lenet5,vgg16] [--threads 1,2] [--batch 1,16] [--rounds 5] [--block MS] [--json FILE]
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { quickerRate, withMeter } from "../../../dist/compiler/build/machine-speed.js";
import { nativeCpu } from "../../../dist/compiler/build/toolchain.js";
import { columns, formatBytes } from "../../../dist/compiler/cli/columns.js";
import { targetFor } from "../../../dist/compiler/passes/targets.js";
import { chosen } from "../chosen.mjs";
import { networks, targetOf } from "./networks-table.mjs";
import { prepare } from "./prepare.mjs";
import { openOurs, openTheirs } from "./sides.mjs";
import { median, quiet, timeBlock } from "./timing.mjs";

/** Of an output's largest value. */
const tolerance = 1e-4;

const options = readOptions();
const about = await describeMachine();
const rows = [];
for (const name of options.models) {
  const network = networks[name];
  const description = await prepare(name, network);
  for (const batch of options.batches ?? [1, ...(network.batch ? [network.batch] : [])])
    for (const threads of options.threads) {
      rows.push({ model: name, ...(await compare(description, network, { batch, threads })) });
      console.error(progress(rows.at(-1)));
    }
  for (const file of ["weights.safetensors", "network.onnx"]) rmSync(path.join(description.folder, file));
}
console.log(table(rows).join("\n"));
if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
if (rows.some(({ difference }) => !(difference <= tolerance))) {
  console.error(`outputs differ by more than ${tolerance} of their largest value`);
  process.exitCode = 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      models: { type: "string" },
      threads: { type: "string", default: "1,2" },
      batch: { type: "string" },
      rounds: { type: "string", default: "5" },
      block: { type: "string", default: "300" },
      json: { type: "string" },
    },
  });
  const models = chosen(values.models ?? Object.keys(networks).join(), networks);
  const numbers = (text) => text.split(",").map(Number);
  const all = { threads: numbers(values.threads), batches: values.batch && numbers(values.batch) };
  const [rounds, block] = [Number(values.rounds), Number(values.block)];
  const wrong = [...all.threads, ...(all.batches || []), rounds].filter((x) => !(Number.isInteger(x) && x > 0));
  if (wrong.length > 0 || !(block > 0)) {
    console.error("--threads, --batch, --rounds and --block are whole numbers from 1");
    process.exit(2);
  }
  return { models, ...all, rounds, block, json: values.json };
}

async function describeMachine() {
  const cpu = nativeCpu();
  const peak = {};
  for (const threads of options.threads)
    peak[threads] = quickerRate(await withMeter(targetFor(cpu), threads, undefined, ({ flops }) => flops(0.01)));
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json");
  const peaks = options.threads.map((threads) => `${(peak[threads] / 1e9).toFixed(0)} with ${threads}`);
  console.error(`${os.cpus()[0]?.model}, ${cpu}, node ${process.versions.node}, onnxruntime-node ${version}`);
  console.error(
    `multiply-adds from registers: ${peaks.join(", ")} threads, in GFLOP/s; load ${os.loadavg()[0].toFixed(1)}`,
  );
  return { machine: os.cpus()[0]?.model, cpu, node: process.versions.node, onnxruntime: version, peak };
}

/** One line of the table. */
async function compare(description, network, { batch, threads }) {
  const [ours, theirs] = [
    await openOurs(description, { batch, threads }),
    await openTheirs(description, { batch, threads }),
  ];
  const difference = largestDifference(await ours.results(), await theirs.results());
  const rounds = [];
  for (let round = 0; round < options.rounds; round++) {
    const [a, b] = [await block(ours), await block(theirs)];
    rounds.push({ ours: a, theirs: b, load: os.loadavg()[0] });
  }
  await Promise.all([ours.close(), theirs.close()]);
  const [oursMs, theirsMs] = [median(rounds.map((it) => it.ours)), median(rounds.map((it) => it.theirs))];
  const flops = (2 * description.macs * batch) / (oursMs / 1000);
  const alone = { ours: inOwnProcess(description, "ours", batch, threads) };
  alone.theirs = inOwnProcess(description, "theirs", batch, threads);
  return {
    ...{ batch, threads, oursMs, theirsMs, ratio: median(rounds.map((it) => it.theirs / it.ours)) },
    ...{ target: targetOf(network, batch, threads), flops, peakShare: flops / about.peak[threads], difference },
    ...{ alone, addonBytes: description.addonBytes, rounds },
  };
}

async function block(side) {
  await quiet();
  return timeBlock(side, options.block);
}

/** Of all outputs, relative to the largest value of each. */
function largestDifference(found, expected) {
  const differences = Object.keys(expected).map((name) => {
    const scale = expected[name].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const worst = expected[name].reduce((most, x, i) => {
      const difference = Math.abs(x - found[name][i]);
      // Not a number is no small difference.
      return difference <= most ? most : difference;
    }, 0);
    return worst === 0 ? 0 : worst / scale;
  });
  return Math.max(...differences);
}

function inOwnProcess({ folder }, who, batch, threads) {
  const script = fileURLToPath(new URL("one-side.mjs", import.meta.url));
  const args = [script, folder, who, batch, threads].map(String);
  const { status, stdout } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${who} failed in a process of its own`);
  return JSON.parse(stdout);
}

function progress({ model, batch, threads, ratio, rounds }) {
  const ratios = rounds.map(({ ours, theirs }) => (theirs / ours).toFixed(2));
  return `${model}, batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}: ${ratio.toFixed(2)}× (rounds ${ratios.join(" ")})`;
}

/** Loading: ours until the weights are packed, theirs until there is a session. */
function table(list) {
  const ms = (x) => (x < 10 ? x.toFixed(3) : x.toFixed(1));
  const head = ["model", "batch", "threads", "ours ms", "theirs ms", "ratio", "target", "GFLOP/s", "of peak", "differ"];
  const more = ["load ms", "theirs", "peak RSS", "theirs", "addon"];
  const lines = list.map((row) => [
    ...[row.model, row.batch, row.threads, ms(row.oursMs), ms(row.theirsMs), row.ratio.toFixed(2), row.target ?? ""],
    ...(row.flops > 0 ? [(row.flops / 1e9).toFixed(1), `${(100 * row.peakShare).toFixed(0)}%`] : ["", ""]),
    row.difference.toExponential(0),
    ...[row.alone.ours.loadMs + row.alone.ours.firstMs, row.alone.theirs.loadMs].map((x) => x.toFixed(1)),
    ...[row.alone.ours.rssBytes, row.alone.theirs.rssBytes, row.addonBytes].map(formatBytes),
  ]);
  return columns([[...head, ...more], ...lines.map((line) => line.map(String))], ["left", ...Array(14).fill("right")]);
}
