import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Addon, AddonInstance } from "../../runtime/bind/addon.ts";
import { buildFakeAddon } from "./fake-addon.ts";

/** The addon as it is, without the wrapper that checks before it. */

let addon: Addon;
beforeAll(async () => {
  addon = createRequire(import.meta.url)(await buildFakeAddon()) as Addon;
});

function create(threads = 1, model = "Linear"): AddonInstance {
  const net = addon.create(model, threads);
  net.setParameter(0, Float32Array.of(1, 2, 3, 4, 5, 6));
  net.setParameter(1, Float32Array.of(0.5, -0.5));
  return net;
}

const sample = Uint8Array.of(1, 0, 1);
const outputs = (batch = 1) => [new Float32Array(2 * batch), new Float32Array(2 * batch)];

describe("models()", () => {
  it("tells what is inside, before anything of it has run", () => {
    expect(addon.models().map((it) => [it.name, it.cpu, it.refusal === null])).toEqual([
      ["Linear", "x86-64", true],
      ["Slow", "x86-64", true],
      ["Alien", "quantum", false],
    ]);
    expect(addon.models()[0]).toMatchObject({
      hash: "fake-hash",
      cpus: ["quantum", "x86-64"],
      inputs: [{ name: "image", type: "u8", shape: [1, 1, 3] }],
      targets: [{ name: "kind", type: "i32", shape: [], below: 2 }],
      parameters: ["dense1.weight", "dense1.bias"],
      stateSlots: 1,
      trainable: true,
    });
  });

  it("refuses a model that the processor cannot run", () => {
    expect(() => addon.create("Alien", 1)).toThrow(/processors that this library does not know/);
  });
});

describe.each([1, 2, 4])("with %i threads", (threads) => {
  it("packs and unpacks parameters", () => {
    const net = create(threads);
    expect([...net.getParameter(0, new Float32Array(6))]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(net.threads).toBe(threads);
  });

  it("reads parameters from an open file", () => {
    const net = create(threads);
    const values = Float32Array.of(6, 5, 4, 1e-40, 2, 1, NaN, 7);
    const path = join(tmpdir(), `cnnc-parameters-${process.pid}`);
    writeFileSync(path, Buffer.concat([Buffer.of(0, 0, 0), Buffer.from(values.buffer)]));
    const file = openSync(path, "r");
    const read = (positions: number[], finite = true) => net.readParameters(file, Float64Array.from(positions), finite);
    expect([read([-1, 27]), read([7, 27]), read([3, 27]), read([3, 2 ** 60])]).toEqual([0, 0, 1, 1]);
    expect([...net.getParameter(1, new Float32Array(2))]).toEqual([0.5, -0.5]);
    expect(read([3, 27], false)).toBe(2);
    expect(net.getParameter(0, new Float32Array(6))).toEqual(values.subarray(0, 6));
    expect(net.getParameter(1, new Float32Array(2))).toEqual(values.subarray(6));
    closeSync(file);
    rmSync(path);
    expect(read([3, 27])).toBe(0);
  });

  it("computes the same for any batch", async () => {
    const net = create(threads);
    for (const batch of [1, 2, 3, 5, 8, 9, 63, 64, 65, 200]) {
      const image = Uint8Array.from({ length: 3 * batch }, (_, i) => i % 5);
      const into = outputs(batch);
      net.inferSync(batch, [image], 0, into);
      const logits = Array.from({ length: 2 * batch }, (_, i) => {
        const [a, b, c] = image.subarray(3 * (i >> 1));
        return i % 2 === 0 ? 0.5 + a! + 2 * b! + 3 * c! : -0.5 + 4 * a! + 5 * b! + 6 * c!;
      });
      expect([...into[1]!]).toEqual(logits);
      expect(await net.infer(batch, [image], 0)).toEqual(into);
    }
  });

  it("computes only the outputs that are wanted", () => {
    const into = [null, new Float32Array(2)];
    create(threads).inferSync(1, [sample], 0, into);
    expect([...into[1]!]).toEqual([4.5, 9.5]);
  });

  it("learns, and predicts with what it has learnt", async () => {
    const net = create(threads);
    const [before] = net.stepSync(1, [sample], 0, [Int32Array.of(0)], 1, 0, 100);
    let last = before!;
    for (let i = 1; i < 40; i++) {
      [last] = (await net.step(1, [sample], 0, [Int32Array.of(0)], 1, i, 100)) as unknown as [number];
    }
    expect(last).toBeLessThan(0.1 * before!);
    const into = outputs();
    net.inferSync(1, [sample], 0, into);
    expect(into[0]![0]).toBeGreaterThan(0.8);
    expect(net.getState(0, 1, new Float32Array(2))[0]).not.toBe(0);
    net.clearState();
    expect([...net.getState(0, 1, new Float32Array(2))]).toEqual([0, 0]);
  });
});

describe("gradientSync", () => {
  it("agrees with finite differences and changes nothing", () => {
    const net = create();
    net.setParameter(0, Float32Array.of(0.1, 0.2, 0.3, 0.2, 0.1, 0));
    const loss = () => net.gradientSync(1, [sample], 0, [Int32Array.of(1)], 0, 0, 1, [null])[0]!;
    loss();
    const gradient = net.getGradient(0, new Float32Array(6));
    const weights = net.getParameter(0, new Float32Array(6));
    for (let i = 0; i < 6; i++) {
      const shifted = (by: number) => {
        const moved = weights.slice();
        moved[i]! += by;
        net.setParameter(0, moved);
        return loss();
      };
      expect((shifted(0.01) - shifted(-0.01)) / 0.02).toBeCloseTo(gradient[i]!, 3);
    }
  });

  it("gives gradients of inputs", () => {
    const into = new Float32Array(3);
    create().gradientSync(1, [sample], 0, [Int32Array.of(0)], 0, 0, 1, [into]);
    for (const value of into) expect(value).toBeCloseTo(3 * 0.9933, 3);
  });
});

describe("a wrong call throws", () => {
  const target = [Int32Array.of(0)];
  const step = (net: AddonInstance, ...args: unknown[]) => (net.stepSync as (...all: unknown[]) => unknown)(...args);
  const cases: [string, (net: AddonInstance) => unknown, RegExp | typeof TypeError][] = [
    ["no arguments", (net) => (net.inferSync as () => void)(), TypeError],
    ["a batch of 0", (net) => net.inferSync(0, [sample], 0, outputs()), /batch: 0 is not in/],
    ["half a sample", (net) => net.inferSync(0.5, [sample], 0, outputs()), /whole number/],
    ["NaN samples", (net) => net.inferSync(Number.NaN, [sample], 0, outputs()), /whole number/],
    ["no inputs", (net) => net.inferSync(1, [], 0, outputs()), /inputs: expected an array of 1/],
    [
      "another kind of array",
      (net) => net.inferSync(1, [new Float32Array(3)], 0, outputs()),
      /Uint8Array, got a Float32/,
    ],
    ["a plain array", (net) => net.inferSync(1, [[1, 2, 3] as never], 0, outputs()), /expected a Uint8Array/],
    ["a DataView", (net) => net.inferSync(1, [new DataView(new ArrayBuffer(3)) as never], 0, outputs()), TypeError],
    ["too few elements", (net) => net.inferSync(2, [sample], 0, outputs(2)), /expected 6 elements, got 3/],
    ["a short output", (net) => net.inferSync(1, [sample], 0, [new Float32Array(1), null]), /expected 2 elements/],
    ["one output of two", (net) => net.inferSync(1, [sample], 0, [null]), /outputs: expected an array of 2/],
    ["a parameter too many", (net) => net.setParameter(2, new Float32Array(2)), /index: 2 is not in 0..1/],
    ["a parameter cut off", (net) => net.setParameter(0, new Float32Array(5)), /expected 6 elements, got 5/],
    ["positions of fewer", (net) => net.readParameters(0, new Float64Array(1), true), /positions: expected 2 elements/],
    ["a file that is none", (net) => net.readParameters(-1, new Float64Array(2), true), /file: -1/],
    ["a slot too many", (net) => net.getState(1, 0, new Float32Array(6)), /slot: 1 is not in 0..0/],
    [
      "a class too many",
      (net) => step(net, 1, [sample], 0, [Int32Array.of(2)], 0, 0, 1),
      /kind: expected whole numbers from 0 to 1, got 2 in sample 0 at place 0/,
    ],
    [
      "a negative class",
      (net) => step(net, 1, [sample], 0, [Int32Array.of(-1)], 0, 0, 1),
      /got -1 in sample 0 at place 0/,
    ],
    ["a negative seed", (net) => step(net, 1, [sample], 0, target, -1, 0, 1), /seed: -1/],
    ["a BigInt seed", (net) => step(net, 1, [sample], 0, target, 1n, 0, 1), /seed: expected a number/],
    ["no schedule", (net) => step(net, 1, [sample], 0, target, 0, 0, 0), /totalSteps/],
    ["a gradient before one was made", (net) => net.getGradient(0, new Float32Array(6)), /no gradient/],
    ["another receiver", (net) => net.inferSync.call({}, 1, [sample], 0, outputs()), TypeError],
  ];

  it.each(cases)("%s", (_what, call, message) => {
    expect(() => call(create())).toThrow(message);
  });

  it("of create", () => {
    expect(() => addon.create("Nothing", 1)).toThrow(/no model Nothing/);
    expect(() => addon.create("Linear", 0)).toThrow(RangeError);
    expect(() => addon.create("Linear", 257)).toThrow(RangeError);
    expect(() => (addon.create as unknown as () => void)()).toThrow(TypeError);
  });

  it("with memory that is gone", () => {
    const gone = new Uint8Array(3);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect(() => create().inferSync(1, [gone], 0, outputs())).toThrow(/expected 3 elements, got 0/);
  });

  it("with a getter that frees what was read before", () => {
    const image = new Uint8Array(3);
    const net = create();
    const tricky = outputs();
    Object.defineProperty(tricky, 0, {
      get: () => {
        if (image.length > 0) structuredClone(image, { transfer: [image.buffer] });
        return null;
      },
    });
    expect(() => net.inferSync(1, [image], 0, tricky)).toThrow(/got 0/);
    Object.defineProperty(tricky, 0, { get: () => net.dispose() });
    expect(() => net.inferSync(1, [sample], 0, tricky)).toThrow(/disposed/);
  });
});

describe("dispose", () => {
  it("rejects what waits, keeps what runs, and refuses new calls", async () => {
    const net = create(1, "Slow");
    const calls = Array.from({ length: 50 }, () => net.infer(1, [sample], 0));
    const outcomes = Promise.allSettled(calls);
    await calls[0];
    net.dispose();
    net.dispose();
    const states = (await outcomes).map((it) => it.status);
    const ran = states.lastIndexOf("fulfilled") + 1;
    expect(ran).toBeLessThan(50);
    expect(states.slice(0, ran)).toEqual(Array(ran).fill("fulfilled"));
    await expect(calls[49]).rejects.toThrow(/disposed/);
    expect(net.disposed).toBe(true);
    expect(net.arenaBytes).toBe(0);
    expect(() => net.inferSync(1, [sample], 0, outputs())).toThrow(/disposed/);
    expect(() => net.getParameter(0, new Float32Array(6))).toThrow(/disposed/);
  });
});

describe("asynchronous calls", () => {
  it("copy their inputs", async () => {
    const net = create();
    const image = Uint8Array.of(1, 0, 1);
    const promise = net.infer(1, [image], 0);
    image.fill(9);
    structuredClone(image, { transfer: [image.buffer] });
    expect([...(await promise)[1]!]).toEqual([4.5, 9.5]);
  });

  it("run in the order of the calls", async () => {
    const net = create();
    const order: number[] = [];
    const calls = Array.from({ length: 50 }, async (_, i) => {
      await (i % 2 === 0 ? net.infer(1, [sample], 0) : net.step(1, [sample], 0, [Int32Array.of(0)], 0, i, 100));
      order.push(i);
    });
    await Promise.all(calls);
    expect(order).toEqual([...order.keys()]);
  });

  it("leave the event loop free", async () => {
    const net = create(1, "Slow");
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const start = performance.now();
    await net.infer(4, [new Uint8Array(12)], 0);
    const took = performance.now() - start;
    clearInterval(timer);
    expect(took).toBeGreaterThan(50);
    expect(ticks).toBeGreaterThan(took / 5 / 4);
  });
});

describe("memory", () => {
  it("does not grow over many calls", () => {
    const net = create(2);
    const image = new Uint8Array(3 * 16);
    const into = outputs(16);
    const calls = (count: number) => {
      for (let i = 0; i < count; i++) net.inferSync(16, [image], 0, into);
      return process.memoryUsage().rss;
    };
    calls(20_000);
    const before = calls(1);
    expect(calls(200_000) - before).toBeLessThan(10 << 20);
  });

  it("is given back by instances that are disposed", async () => {
    const use = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const net = create(2);
        net.stepSync(1, [sample], 0, [Int32Array.of(0)], 0, 0, 1);
        net.dispose();
        // Node runs finalizers between turns of the event loop.
        if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return process.memoryUsage().rss;
    };
    const before = await use(5000);
    // V8's young generation breathes by 8 MB or so; a kilobyte lost per instance would be 20.
    expect((await use(20_000)) - before).toBeLessThan(16 << 20);
  });

  it.each([
    { threads: 1, bytes: 2 * 16 },
    // Of each thread: a group, whole pages and a line.
    { threads: 2, bytes: 2 * (4096 + 64) },
  ])("is bounded for any batch, with $threads", ({ threads, bytes }) => {
    const net = create(threads);
    const batch = 10_000;
    net.inferSync(batch, [new Uint8Array(3 * batch)], 0, outputs(batch));
    expect(net.arenaBytes).toBe(bytes);
  });
});
