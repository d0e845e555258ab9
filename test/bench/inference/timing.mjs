import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Of an even number of values, the mean of the middle two. */
export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Calls that are shorter are timed several together: the clock and what surrounds it would count. */
const sampleMs = 1;
const fewestSamples = 3;

async function timed(side, calls) {
  const started = performance.now();
  await side.repeat(calls);
  return (performance.now() - started) / calls;
}

/** Milliseconds of a call: the median of samples that take `blockMs` together. The first sample is not counted. */
export async function timeBlock(side, blockMs) {
  let calls = 1;
  let first = await timed(side, calls);
  while (first * calls < sampleMs) {
    calls *= 2;
    first = await timed(side, calls);
  }
  const samples = [];
  for (const end = performance.now() + blockMs; samples.length < fewestSamples || performance.now() < end;)
    samples.push(await timed(side, calls));
  return median(samples);
}

/**
 * Waits until this process uses no processor: threads of onnxruntime spin for some milliseconds after a run, as if the next were
 * about to come, and would take a core from what is measured behind it. Throws where it stays busy.
 */
export async function quiet() {
  for (let tries = 0; tries < 250; tries++) {
    const before = process.cpuUsage();
    await sleep(20);
    const { user, system } = process.cpuUsage(before);
    if (user + system < 2000) return;
  }
  throw new Error("this process stays busy between two blocks");
}

/** The most bytes that this process had in memory. Not getrusage's: that counts the process that started this one, too. */
export function peakMemory() {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return 1024 * Number(kilobytes);
}
