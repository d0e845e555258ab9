import { beforeAll, describe, expect, it } from "vitest";
import { eventLoopTrials, mustTick, type Trial } from "../support/event-loop.ts";
import { runProgram } from "../support/program.ts";
import { buildFakeAddon, fakeManifest } from "./fake-addon.ts";

/** What a service asks of nets that run for weeks: each in a process of its own, as a program would use them. */

let addon: string;
beforeAll(async () => {
  addon = await buildFakeAddon();
});

/** `Linear` and `Slow` are model classes in the program. */
const inProcess = <T>(script: string): Promise<T> =>
  runProgram<T>([fakeManifest("Linear"), fakeManifest("Slow")], addon, script);

describe("the event loop", () => {
  it("ticks on while a net predicts", async () => {
    const { trials } = await inProcess<{ trials: Trial[] }>(`${eventLoopTrials}
      const net = await Slow.load({ threads: 1 });
      const image = new Uint8Array(3 * 10);
      console.log(JSON.stringify({ trials: await trials(() => net.predict({ image })) }));`);
    mustTick(trials, 100);
  });

  it("ticks on while a net is trained", async () => {
    const { trials } = await inProcess<{ trials: Trial[] }>(`${eventLoopTrials}
      const net = await Linear.load({ threads: 1 });
      const trainer = net.trainer();
      const image = new Uint8Array(3 * 10_000), kind = new Uint8Array(10_000);
      const work = async () => {
        const end = performance.now() + 300;
        while (performance.now() < end) await trainer.step({ image, kind });
      };
      console.log(JSON.stringify({ trials: await trials(work) }));`);
    mustTick(trials, 100);
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
   * Resident bytes after each of four rounds, garbage collected, without V8's own heap, whose young generation doubles
   * now and then (8, 16, 32 MB) and stays so. The first two warm up, the last two are held against them: 100,000 calls
   * of predictSync, 2,000 nets. The allocator breathes by some megabytes whatever is done: 4 MB are tolerated, which is
   * 42 bytes a call and 2 KB a net.
   */
  const rounds = (round: string) => `
    import { getHeapStatistics } from "node:v8";
    const net = await Linear.load({ threads: 2 });
    const image = new Uint8Array(3 * 16);
    const resident = [];
    for (let i = 0; i < 4; i++) {
      ${round}
      for (let k = 0; k < 5; k++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
      resident.push(process.memoryUsage().rss - getHeapStatistics().total_physical_size);
    }
    console.log(JSON.stringify({ resident }));`;

  function mustBeFlat([, second, , last]: readonly number[]): void {
    expect(last! - second!).toBeLessThan(4 << 20);
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
