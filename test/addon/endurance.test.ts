import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { root, withTempFolder } from "../support/paths.ts";
import { buildFakeAddon, fakeManifest } from "./fake-addon.ts";

/** What a service asks of nets that run for weeks: each in a process of its own, as a program would use them. */

let addon: string;
beforeAll(async () => {
  addon = await buildFakeAddon();
});

/** Runs a module in a fresh process; `Linear` and `Slow` in it are model classes. What it prints as JSON. */
async function inProcess<T>(script: string): Promise<T> {
  const models = (["Linear", "Slow"] as const).map(
    (name) => `const ${name} = defineModel(${JSON.stringify(fakeManifest(name))}, ${JSON.stringify(addon)});`,
  );
  const runtime = pathToFileURL(path.join(root, "dist/runtime/index.js")).href;
  const text = `import { defineModel } from "${runtime}";\n${models.join("\n")}\n${script}`;
  return withTempFolder(async (folder) => {
    const file = path.join(folder, "program.mjs");
    fs.writeFileSync(file, text);
    const child = spawn(process.execPath, ["--expose-gc", file], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (part) => (output += String(part)));
    const ended = await new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));
    expect([ended, output]).toEqual([0, expect.stringMatching(/^\{.*\}\n$/)]);
    return JSON.parse(output) as T;
  });
}

describe("the event loop", () => {
  /** The longest time between two ticks of a timer of 5 ms while `work` runs. */
  const longestGap = `
    async function longestGap(work) {
      let last = performance.now(), gap = 0;
      const timer = setInterval(() => { const now = performance.now(); gap = Math.max(gap, now - last); last = now; }, 5);
      const start = performance.now();
      await work();
      const took = performance.now() - start;
      clearInterval(timer);
      return { gap: Math.max(gap, performance.now() - last), took };
    }
    const trials = async (work) => {
      const found = [];
      for (let i = 0; i < 10; i++) {
        const { gap, took } = await longestGap(work);
        // Nothing for as long: what the machine does by itself.
        const idle = await longestGap(() => new Promise((resolve) => setTimeout(resolve, took)));
        found.push({ gap, took, idle: idle.gap });
        if (gap - idle.gap < 15) break;
      }
      return found;
    };`;

  interface Trial {
    readonly idle: number;
    readonly gap: number;
    readonly took: number;
  }

  /** Other processes hold the timer up at times; a call that blocks does so each time: the best of ten trials counts. */
  function mustTick(trials: readonly Trial[]): void {
    for (const { took } of trials) expect(took).toBeGreaterThan(100);
    expect(Math.min(...trials.map(({ idle, gap }) => gap - idle))).toBeLessThan(15);
  }

  it("ticks on while a net predicts", async () => {
    const { trials } = await inProcess<{ trials: Trial[] }>(`${longestGap}
      const net = await Slow.load({ threads: 1 });
      const image = new Uint8Array(3 * 10);
      console.log(JSON.stringify({ trials: await trials(() => net.predict({ image })) }));`);
    mustTick(trials);
  });

  it("ticks on while a net is trained", async () => {
    const { trials } = await inProcess<{ trials: Trial[] }>(`${longestGap}
      const net = await Linear.load({ threads: 1 });
      const trainer = net.trainer();
      const image = new Uint8Array(3 * 10_000), kind = new Uint8Array(10_000);
      const work = async () => {
        const end = performance.now() + 300;
        while (performance.now() < end) await trainer.step({ image, kind });
      };
      console.log(JSON.stringify({ trials: await trials(work) }));`);
    mustTick(trials);
  });
});

describe("worker threads", () => {
  it("load nets, predict and end, twenty at a time, again and again", async () => {
    const { answers } = await inProcess<{ answers: number[] }>(`
      import { Worker, isMainThread, parentPort } from "node:worker_threads";
      import { fileURLToPath } from "node:url";
      const image = Uint8Array.of(1, 0, 1);
      if (isMainThread) {
        const answers = [];
        const run = () => new Promise((resolve, reject) => {
          const worker = new Worker(fileURLToPath(import.meta.url));
          worker.once("message", (it) => answers.push(it)).once("error", reject).once("exit", resolve);
        });
        for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 20 }, run));
        console.log(JSON.stringify({ answers }));
      } else {
        const net = await Linear.load({ seed: 1, threads: 2 });
        const { logits } = await net.predict({ image });
        net.predictSync({ image });
        parentPort.postMessage(logits[0]);
        await net.dispose();
      }`);
    expect(answers).toHaveLength(100);
    expect(new Set(answers).size).toBe(1);
  });
});

describe("a process with many nets", () => {
  it("has one pool of threads for them, which is idle after the calls", async () => {
    const { threads, micros } = await inProcess<{ threads: number[]; micros: number }>(`
      import { readdirSync } from "node:fs";
      const count = () => readdirSync("/proc/self/task").length;
      const nets = [];
      const threads = [];
      for (let i = 0; i < 4; i++) {
        nets.push(await (i % 2 ? Slow : Linear).load({ threads: 4 }));
        for (const net of nets) net.predictSync({ image: new Uint8Array(3 * 4) });
        threads.push(count());
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const { user, system } = process.cpuUsage(before);
      console.log(JSON.stringify({ threads, micros: user + system }));`);
    expect(threads.at(-1)).toBe(threads[1]);
    expect(micros).toBeLessThan(20_000);
  });
});

describe("memory", () => {
  /**
   * Resident bytes after each of four rounds, garbage collected. The first two warm up, the last two are held against
   * them: 100,000 calls of predictSync, 2,000 nets. V8's heap and the allocator breathe by a few megabytes whatever is
   * done: 8 MB are tolerated, which is 84 bytes a call and 4 KB a net.
   */
  const rounds = (round: string) => `
    const net = await Linear.load({ threads: 2 });
    const image = new Uint8Array(3 * 16);
    const resident = [];
    for (let i = 0; i < 4; i++) {
      ${round}
      for (let k = 0; k < 5; k++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
      resident.push(process.memoryUsage().rss);
    }
    console.log(JSON.stringify({ resident }));`;

  function mustBeFlat([, second, , last]: readonly number[]): void {
    expect(last! - second!).toBeLessThan(8 << 20);
  }

  it.each([
    ["predictSync", `for (let n = 0; n < 50_000; n++) net.predictSync({ image });`],
    ["predict", `for (let n = 0; n < 10_000; n++) await net.predict({ image });`],
    [
      "predict with a signal, into the caller's memory",
      `const { signal } = new AbortController();
       const into = { logits: new Float32Array(32) };
       for (let n = 0; n < 10_000; n++) await net.predict({ image }, { signal, into });`,
    ],
    [
      "load and dispose",
      `for (let n = 0; n < 1000; n++) {
         const own = await Linear.load({ threads: 2 });
         await own.predict({ image });
         await own.dispose();
       }`,
    ],
  ])("is flat over %s", async (_what, round) => {
    mustBeFlat((await inProcess<{ resident: number[] }>(rounds(round))).resident);
  });
});
