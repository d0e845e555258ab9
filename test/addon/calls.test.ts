import { getEventListeners } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { CnncError, CnncInputError, weightsOf, type Net } from "../../runtime/index.ts";
import { fakeModel, type LinearTypes } from "./fake-model.ts";

/** Asynchronous calls of a net: the caller's memory, signals, and nets that are disposed meanwhile. */

const known = weightsOf({
  "dense1.weight": { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  "dense1.bias": { shape: [2], data: Float32Array.of(0.5, -0.5) },
});
const image = Uint8Array.of(1, 0, 1);
const batch = { image, kind: [1] };

const load = async (model: "Linear" | "Slow") => (await fakeModel(model)).load({ weights: known, threads: 1 });
let net: Net<LinearTypes>;
let slow: Net<LinearTypes>;
beforeAll(async () => {
  net = await load("Linear");
  slow = await load("Slow");
});

const detach = (array: Float32Array) => structuredClone(array, { transfer: [array.buffer as ArrayBuffer] });

describe("predict into the caller's arrays", () => {
  it("writes to them when the call has ended", async () => {
    const into = { kind: new Float32Array(2), logits: new Float32Array(2) };
    const call = slow.predict({ image }, { into });
    expect([...into.logits]).toEqual([0, 0]);
    const { kind, logits } = await call;
    expect(logits).toBe(into.logits);
    expect(kind.probabilities).toBe(into.kind);
    expect([...into.logits]).toEqual([4.5, 9.5]);
  });

  it("takes some of them, and a part of a larger block", async () => {
    const block = new Float32Array(6);
    const { kind, logits } = await net.predict({ image }, { into: { logits: block.subarray(2, 4) } });
    expect([...block]).toEqual([0, 0, 4.5, 9.5, 0, 0]);
    expect(logits.buffer).toBe(block.buffer);
    expect(kind[0]!.label).toBe("dog");
  });

  it("refuses arrays of another size before the call is made", async () => {
    const into = { logits: new Float32Array(3) };
    await expect(net.predict({ image }, { into })).rejects.toThrow(
      new CnncInputError("into.logits", "Float32Array of 2", "Float32Array of 3"),
    );
  });

  it("writes nothing where one of them was transferred away meanwhile", async () => {
    const into = { kind: new Float32Array(2), logits: new Float32Array(2) };
    const call = slow.predict({ image }, { into });
    detach(into.logits);
    await expect(call).rejects.toThrow(new CnncInputError("into.logits", "Float32Array of 2", "Float32Array of 0"));
    expect([...into.kind]).toEqual([0, 0]);
  });
});

describe("a signal", () => {
  it("that is aborted makes no call", async () => {
    const reason = new Error("changed my mind");
    const trainer = net.trainer();
    const signal = AbortSignal.abort(reason);
    await expect(net.predict({ image }, { signal })).rejects.toBe(reason);
    await expect(trainer.step(batch, { signal })).rejects.toBe(reason);
    expect(trainer.steps).toBe(0);
  });

  it("takes back calls that wait, and lets the one that runs end", async () => {
    const abort = new AbortController();
    const { signal } = abort;
    // Long enough to be under way whenever the machine lets the timer fire.
    const running = slow.predict({ image: new Uint8Array(3 * 16) }, { signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const waiting = Array.from({ length: 20 }, () => slow.predict({ image }, { signal }));
    const outcomes = Promise.allSettled(waiting);
    abort.abort();
    for (const it of await outcomes) expect(it).toMatchObject({ status: "rejected", reason: signal.reason as unknown });
    expect((await running).kind).toHaveLength(16);
    expect((await slow.predict({ image })).kind).toHaveLength(1);
  });

  it("leaves a step that waits undone, and the steps behind it done", async () => {
    const own = await load("Slow");
    const trainer = own.trainer();
    const abort = new AbortController();
    const before = own.predict({ image });
    const withdrawn = expect(trainer.step(batch, { signal: abort.signal })).rejects.toBe("enough");
    abort.abort("enough");
    await withdrawn;
    await before;
    expect([...own.parameters.get("dense1.bias")]).toEqual([0.5, -0.5]);
    await trainer.step(batch);
    expect(own.parameters.get("dense1.bias")[0]).not.toBe(0.5);
    expect(trainer.steps).toBe(2);
    await own.dispose();
  });

  it("is not held on to, and warns of nothing", async () => {
    const warnings: Error[] = [];
    const warn = (it: Error) => warnings.push(it);
    process.on("warning", warn);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 100 }, () => net.predict({ image }, { signal })));
    await net.predict({ image: new Uint8Array(1) }, { signal }).catch(() => undefined);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  it("that is aborted when all is done changes nothing", async () => {
    const abort = new AbortController();
    const result = await net.predict({ image }, { signal: abort.signal });
    abort.abort();
    expect([...result.logits]).toEqual([4.5, 9.5]);
  });
});

describe("dispose", () => {
  it("waits for all calls, whatever became of the last one", async () => {
    const own = await load("Slow");
    const abort = new AbortController();
    const calls = [own.predict({ image }), own.predict({ image })];
    const withdrawn = own.predict({ image }, { signal: abort.signal }).catch((it: unknown) => it);
    abort.abort();
    await own.dispose();
    expect((await Promise.all(calls)).map(({ logits }) => logits[0])).toEqual([4.5, 4.5]);
    expect(await withdrawn).toBe(abort.signal.reason);
  });

  it("can be called twice, also at the same time and in both ways", async () => {
    const own = await load("Slow");
    const call = own.predict({ image });
    await Promise.all([own.dispose(), own.dispose(), own[Symbol.asyncDispose]()]);
    await own.dispose();
    own[Symbol.dispose]();
    own[Symbol.dispose]();
    expect((await call).kind).toHaveLength(1);
  });

  it("refuses everything afterwards with the library's error", async () => {
    const own = await load("Linear");
    const trainer = own.trainer();
    const { parameters } = own;
    await own.dispose();
    const uses: (() => unknown)[] = [
      () => own.predictSync({ image }),
      () => own.trainer(),
      () => own.weightTensors(),
      () => trainer.stepSync(batch),
      () => trainer.learningRate,
      () => trainer.deadUnits(),
      () => parameters.get("dense1.bias"),
      () => parameters.set("dense1.bias", new Float32Array(2)),
      () => parameters.gradient("dense1.bias"),
    ];
    for (const use of uses) {
      expect(use).toThrow(CnncError);
      expect(use).toThrow(/disposed/);
    }
    for (const use of [() => own.predict({ image }), () => own.save("never"), () => trainer.step(batch)])
      await expect(use()).rejects.toThrow(/Linear has been disposed/);
    expect([own.threads, own.arenaBytes]).toEqual([0, 0]);
  });
});
