// One side in a process of its own: `node one-side.mjs FOLDER ours|theirs BATCH THREADS` prints what loading takes and the most
// memory that the process had.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { openOurs, openTheirs } from "./sides.mjs";
import { median, peakMemory } from "./timing.mjs";

const [folder, who, batch, threads] = process.argv.slice(2);
const description = JSON.parse(readFileSync(path.join(folder, "network.json"), "utf8"));
const open = who === "ours" ? openOurs : openTheirs;
const side = await open(description, { batch: Number(batch), threads: Number(threads) });

const times = [];
for (let i = 0; i < 6; i++) {
  const started = performance.now();
  await side.repeat(1);
  times.push(performance.now() - started);
}
const [first, ...later] = times;
// What a first call does beside its work: ours packs the weights then.
const firstMs = Math.max(0, first - median(later));
console.log(JSON.stringify({ loadMs: side.loadMs, firstMs, rssBytes: peakMemory() }));
