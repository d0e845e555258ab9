// Our side in a process of its own: `node one-side.mjs FOLDER THREADS` takes three steps and prints the most memory that the
// process had.
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { peakMemory } from "../inference/timing.mjs";
import { openOurs } from "./sides.mjs";

const [folder, threads] = process.argv.slice(2);
await openOurs(JSON.parse(readFileSync(path.join(folder, "network.json"), "utf8")), Number(threads));
console.log(JSON.stringify({ rss: peakMemory() }));
