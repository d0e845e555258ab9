import { spawnSync } from "node:child_process";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { buildFakeAddon } from "./fake-addon.ts";

/** Environments that begin and end: each in a process of its own, so that a crash shows as one. */

let addon: string;
beforeAll(async () => {
  addon = await buildFakeAddon();
});

/** Runs a script in a fresh process; `addon()` in it loads the addon. */
function inProcess(script: string): { status: number | null; signal: string | null; output: string } {
  const prelude = `
    const { Worker, isMainThread, parentPort } = require("node:worker_threads");
    const addon = () => require(${JSON.stringify(addon)});
    const create = (model = "Linear", threads = 2) => addon().create(model, threads);
    const image = () => new Uint8Array(12);
    const worker = (body) => new Worker(prelude + body, { eval: true });
    const exit = (it) => new Promise((resolve, reject) => it.on("exit", resolve).on("error", reject));`;
  const source = `const prelude = ${JSON.stringify(prelude)}; ${prelude} ${script}`;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["-e", source], {
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, signal, output: stdout + stderr };
}

const fine = { status: 0, signal: null, output: "done\n" };

describe("worker threads", () => {
  it("load, predict and end, many times", () => {
    expect(
      inProcess(`(async () => {
        const body = 'create().infer(4, [image()], 0).then(() => create().dispose());';
        for (let round = 0; round < 5; round++) await Promise.all([1, 2, 3, 4].map(() => exit(worker(body))));
        console.log("done");
      })();`),
    ).toEqual(fine);
  });

  it("and the main thread use the pool at the same time", () => {
    expect(
      inProcess(`(async () => {
        const body = \`
          const net = create("Linear", 4); const out = [new Float32Array(128), null];
          for (let i = 0; i < 20000; i++) net.inferSync(64, [new Uint8Array(192)], 0, out);\`;
        const workers = [1, 2, 3].map(() => exit(worker(body)));
        const net = create("Linear", 4);
        for (let i = 0; i < 2000; i++) await net.infer(64, [new Uint8Array(192)], 0);
        await Promise.all(workers);
        console.log("done");
      })();`),
    ).toEqual(fine);
  });

  it("are terminated with calls under way", () => {
    expect(
      inProcess(`(async () => {
        const body = 'const net = create("Slow"); for (let i = 0; i < 9; i++) net.infer(1, [new Uint8Array(3)], 0); parentPort.postMessage(1);';
        for (let round = 0; round < 4; round++) {
          const it = worker(body);
          await new Promise((resolve) => it.once("message", resolve));
          await it.terminate();
        }
        console.log("done");
      })();`),
    ).toEqual(fine);
  });

  it("leave the addon usable when the last of them ends", () => {
    expect(
      inProcess(`(async () => {
        await exit(worker("create('Linear', 4).inferSync(4, [image()], 0, [null, null]);"));
        await new Promise((resolve) => setTimeout(resolve, 50));
        create("Linear", 4).inferSync(4, [image()], 0, [null, null]);
        console.log("done");
      })();`),
    ).toEqual(fine);
  });

  it("can run in a test's own process", async () => {
    const source = `require(${JSON.stringify(addon)}).create("Linear", 2).infer(1, [new Uint8Array(3)], 0)
      .then(([it]) => require("node:worker_threads").parentPort.postMessage(it.length));`;
    const worker = new Worker(source, { eval: true });
    expect(await new Promise((resolve) => worker.once("message", resolve))).toBe(2);
    await worker.terminate();
  });
});

describe("a process", () => {
  it("ends by itself when nothing is pending, instances or not", () => {
    expect(
      inProcess('const net = create("Linear", 4); net.inferSync(4, [image()], 0, [null, null]); console.log("done");'),
    ).toEqual(fine);
  });

  it("lives until pending promises are settled", () => {
    expect(inProcess('create("Slow").infer(1, [new Uint8Array(3)], 0).then(() => console.log("done"));')).toEqual(fine);
  });

  it("may exit with calls under way", () => {
    expect(
      inProcess(
        'create("Slow").infer(4, [image()], 0); setTimeout(() => { console.log("done"); process.exit(0); }, 20);',
      ),
    ).toEqual(fine);
  });

  it("collects instances that were forgotten", () => {
    const script = `
      for (let i = 0; i < 300; i++) { create().infer(4, [image()], 0); create(); }
      setTimeout(() => { gc(); setTimeout(() => { gc(); console.log("done"); }, 50); }, 50);`;
    const flags =
      "require('node:v8').setFlagsFromString('--expose-gc'); globalThis.gc = require('node:vm').runInNewContext('gc');";
    expect(inProcess(flags + script)).toEqual(fine);
  });

  it("burns no processor time when idle", () => {
    const script = `
      const net = create("Linear", 4);
      for (let i = 0; i < 1000; i++) net.inferSync(64, [new Uint8Array(192)], 0, [null, null]);
      setTimeout(() => {
        const before = process.cpuUsage();
        setTimeout(() => {
          const { user, system } = process.cpuUsage(before);
          console.log(user + system < 100000 ? "done" : "burnt " + (user + system));
        }, 1000);
      }, 200);`;
    expect(inProcess(script)).toEqual(fine);
  });
});
