import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  arrayDataset,
  CnncInputError,
  evaluate,
  fit,
  openSafetensors,
  pick,
  slice,
  type ClassEvaluation,
  type ModelClass,
  type Net,
} from "../../runtime/index.ts";
import { fakeModel, type LinearTypes } from "./fake-model.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-fit-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A dog is brighter on the left than on the right. */
const samples = Array.from({ length: 30 }, (_, i) => [(i * 7) % 5, 1, (i * 3) % 4] as const);
const data = arrayDataset({
  image: { data: Uint8Array.from(samples.flat()), sampleSize: 3 },
  kind: { data: Uint8Array.from(samples, ([left, , right]) => Number(left > right)), sampleSize: 1 },
});
const batch = { image: Uint8Array.of(1, 0, 1), kind: ["dog"] as const };

let Linear: ModelClass<LinearTypes>;
beforeAll(async () => {
  Linear = await fakeModel();
});

/** A run of 4 epochs in batches of 8 that ended in its second epoch, taken up from its checkpoint. */
async function stoppedRun() {
  const file = path.join(folder, "run.safetensors");
  await using net = await Linear.load({ seed: 3 });
  const stop = new AbortController();
  const onStep = ({ step }: { step: number }) => step === 5 && stop.abort();
  const { trainer } = await fit(net, data, { epochs: 4, batch: 8, seed: 1, signal: stop.signal, onStep });
  await trainer.save(file);
  const resumed = await Linear.load({ weights: file });
  return { net: resumed, trainer: resumed.trainer({ resume: file }) };
}

const weightsOfNet = (net: Net<LinearTypes>) => net.parameters.get("dense1.weight").join();

describe("a trainer", () => {
  it("takes labels, indices and arrays, in the background or at once", async () => {
    await using net = await Linear.load();
    const trainer = net.trainer({ seed: 1, totalSteps: 10 });
    const first = await trainer.step(batch);
    expect(first.loss).toBeCloseTo(Math.LN2, 0);
    expect(first.metrics["kind.accuracy"]).toBeTypeOf("number");
    trainer.stepSync({ ...batch, kind: [1] });
    const last = trainer.stepSync({ ...batch, kind: Int32Array.of(1) });
    expect(last.loss).toBeLessThan(first.loss);
    expect(trainer.steps).toBe(3);
    expect(trainer.learningRate).toBeCloseTo(0.1 * 0.7);
  });

  it.each([
    ["no target", { image: batch.image }, "kind: expected 1 class indices or labels, got undefined"],
    ["an unknown label", { ...batch, kind: ["cow"] }, 'kind[0]: expected a label, or its index below 2, got "cow"'],
    ["an index too high", { ...batch, kind: [2] }, "kind[0]: expected a label, or its index below 2, got 2"],
    ["too many targets", { ...batch, kind: [0, 1] }, "kind: expected 1 values for 1 samples, got array of 2"],
    [
      "a misspelt name",
      { ...batch, weight: 1 },
      "weight: expected one of image, kind, got a name that the model does not have",
    ],
  ])("refuses %s", async (_what, wrong, message) => {
    await using net = await Linear.load();
    const trainer = net.trainer();
    expect(() => trainer.stepSync(wrong as never)).toThrow(CnncInputError);
    await expect(trainer.step(wrong as never)).rejects.toThrow(message);
    expect(trainer.steps).toBe(0);
  });
});

describe("fit", () => {
  it("learns, and tells how it goes", async () => {
    await using net = await Linear.load({ seed: 3 });
    const steps: number[] = [];
    const { epochs, stopped } = await fit(net, data, {
      epochs: 40,
      batch: 8,
      seed: 1,
      validation: data,
      onStep: ({ step, totalSteps, secondsLeft, imagesPerSecond }) => {
        steps.push(step);
        expect(totalSteps).toBe(160);
        expect(secondsLeft).toBeGreaterThanOrEqual(0);
        expect(imagesPerSecond).toBeGreaterThan(0);
      },
    });
    expect(stopped).toBe(false);
    expect(steps).toEqual(Array.from({ length: 160 }, (_, i) => i + 1));
    expect(epochs).toHaveLength(40);
    expect(epochs.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => 4 * (i + 1)));
    expect(epochs.at(-1)!.learningRate).toBeLessThan(epochs[0]!.learningRate);
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
    expect(epochs.at(-1)!.validation!.top1).toBeGreaterThan(0.9);
    expect(epochs.at(-1)!.metrics["kind.accuracy"]).toBeGreaterThan(0.9);
  });

  it("tells per epoch which units never fired", async () => {
    await using net = await Linear.load({ seed: 3 });
    const cats = pick(data, Int32Array.from(samples.flatMap(([left, , right], i) => (left > right ? [] : [i]))));
    const watched: unknown[] = [];
    const onEpoch = ({ deadUnits }: { deadUnits: unknown }) => void watched.push(deadUnits);
    const { trainer } = await fit(net, cats, { epochs: 2, batch: 8, onEpoch });
    expect(watched).toEqual([1, 2].map(() => [{ layer: "logits", units: 2, dead: 1 }]));
    await trainer.step(batch);
    expect(trainer.deadUnits()).toEqual([{ layer: "logits", units: 2, dead: 0 }]);
    trainer.watchUnits();
    expect(trainer.deadUnits()).toEqual([{ layer: "logits", units: 2, dead: 2 }]);
  });

  it("keeps a checkpoint after every epoch, or after every step", async () => {
    const file = path.join(folder, "kept.safetensors");
    const kept = async (seconds: number) => {
      const steps: string[] = [];
      await using net = await Linear.load({ seed: 3 });
      fs.rmSync(file, { force: true });
      const onStep = () => {
        if (!fs.existsSync(file)) return;
        using weights = openSafetensors(file);
        steps.push(weights.metadata["step"]!);
      };
      await fit(net, data, { epochs: 2, batch: 8, checkpoint: { path: file, seconds }, onStep });
      using last = openSafetensors(file);
      return [...new Set(steps), last.metadata["step"]].join();
    };
    expect(await kept(1000)).toBe("4,8");
    expect(await kept(0)).toBe("1,2,3,4,5,6,7,8");
  });

  it("is the same for the same seed, whatever the number of threads", async () => {
    const train = async (seed: number, threads: number) => {
      await using net = await Linear.load({ seed: 3, threads });
      await fit(net, data, { epochs: 2, batch: 8, seed });
      return weightsOfNet(net);
    };
    expect(await train(1, 1)).toBe(await train(1, 4));
    expect(await train(1, 1)).not.toBe(await train(2, 1));
  });

  it("stops at a signal and goes on from a checkpoint as if it had not", async () => {
    const file = path.join(folder, "checkpoint.safetensors");
    await using whole = await Linear.load({ seed: 3 });
    await fit(whole, data, { epochs: 4, batch: 8, seed: 1 });

    await using half = await Linear.load({ seed: 3 });
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 7 && stop.abort();
    const first = await fit(half, data, { epochs: 4, batch: 8, seed: 1, signal: stop.signal, onStep });
    expect(first.stopped).toBe(true);
    await first.trainer.save(file);

    await using other = await Linear.load({ weights: file });
    const trainer = other.trainer({ resume: file });
    expect([trainer.steps, trainer.seed, trainer.totalSteps]).toEqual([7, 1, 16]);
    await fit(other, data, { epochs: 4, batch: 8, trainer });
    expect(weightsOfNet(other)).toBe(weightsOfNet(whole));
  });

  it.each([
    ["epochs", { epochs: 5 }, "the run began with 4 epochs and cannot go on with 5"],
    ["batch", { batch: 4 }, "the run began with 8 samples per step and cannot go on with 4"],
    ["seed", { seed: 2 }, "the run began with the seed 1 and cannot go on with 2"],
  ])("refuses to go on with another %s", async (_what, other, message) => {
    const { net, trainer } = await stoppedRun();
    await expect(fit(net, data, { trainer, ...other })).rejects.toThrow(message);
    await net.dispose();
  });

  it("refuses to go on with other data, or with steps of its own", async () => {
    const { net, trainer } = await stoppedRun();
    const less = slice(data, 0, 20);
    await expect(fit(net, less, { trainer })).rejects.toThrow(
      "the run began with 30 samples of training data and cannot go on with 20",
    );
    const own = net.trainer();
    own.stepSync(batch);
    await expect(fit(net, data, { trainer: own })).rejects.toThrow("1 steps that are no part of this run");
    await net.dispose();
  });

  it("goes on with the epochs and the batch that it began with", async () => {
    const { net, trainer } = await stoppedRun();
    expect([trainer.run, trainer.sameBuild]).toEqual([{ epochs: 4, batch: 8, samples: 30 }, true]);
    const { epochs } = await fit(net, data, { trainer });
    expect([epochs.length, trainer.steps]).toEqual([3, 16]);
    // All is done: nothing is done again.
    expect((await fit(net, data, { trainer })).epochs).toEqual([]);
    await net.dispose();
  });

  it("goes on in the middle of an epoch whose samples come in chunks", async () => {
    const chunks = { starts: Int32Array.from([0, 4, 9, 13, 20, 24]), buffer: 6 };
    const taken: number[] = [];
    const gather = (indices: ArrayLike<number>) => {
      taken.push(...Array.from(indices));
      return data.gather(indices);
    };
    const streamed = { size: data.size, gather, chunks };
    await using whole = await Linear.load({ seed: 3 });
    await fit(whole, streamed, { epochs: 2, batch: 4, seed: 1 });
    const all = taken.splice(0);
    expect(all.slice(0, 30).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    const file = path.join(folder, "chunks.safetensors");
    await using half = await Linear.load({ seed: 3 });
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 11 && stop.abort();
    const { trainer } = await fit(half, streamed, { epochs: 2, batch: 4, seed: 1, signal: stop.signal, onStep });
    await trainer.save(file);
    taken.length = 0;
    await using resumed = await Linear.load({ weights: file });
    await fit(resumed, streamed, { trainer: resumed.trainer({ resume: file }) });
    // Eight steps of the first epoch, the last of them shorter, and three of the second.
    expect(taken).toEqual(all.slice(30 + 3 * 4));
    expect(weightsOfNet(resumed)).toBe(weightsOfNet(whole));
  });

  it("tells of a checkpoint of another build", async () => {
    const { net, trainer } = await stoppedRun();
    const file = path.join(folder, "run.safetensors");
    await trainer.save(file);
    using saved = openSafetensors(file);
    const resume = { ...saved, metadata: { ...saved.metadata, build: "another" } };
    expect(net.trainer({ resume }).sameBuild).toBe(false);
    await net.dispose();
  });

  it("keeps the event loop free", async () => {
    await using net = await Linear.load();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const start = performance.now();
    while (performance.now() - start < 200) await fit(net, data, { epochs: 1, batch: 1 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(40);
  });

  it("gathers the next batch while a step runs", async () => {
    await using net = await Linear.load();
    let begun = 0;
    const gather = (indices: ArrayLike<number>) => {
      begun++;
      return data.gather(indices);
    };
    const seen: number[] = [];
    await fit(net, { size: 30, gather }, { epochs: 1, batch: 8, onStep: () => void seen.push(begun) });
    expect(seen).toEqual([2, 3, 4, 4]);
  });

  it("passes on what a data set throws", async () => {
    await using net = await Linear.load();
    const gather = () => {
      throw new Error("the disk is gone");
    };
    await expect(fit(net, { size: 30, gather })).rejects.toThrow("the disk is gone");
    await expect(evaluate(net, { size: 30, gather })).rejects.toThrow("the disk is gone");
    await expect(fit(net, { size: 0, gather })).rejects.toThrow("the data set is empty");
  });
});

describe("evaluate", () => {
  it("counts every sample once, the short last batch too", async () => {
    await using net = await Linear.load();
    const { samples, outputs, top1 } = await evaluate(net, data, { batch: 8 });
    expect(samples).toBe(30);
    const kind = outputs["kind"] as ClassEvaluation;
    expect(kind.perClass.reduce((sum, it) => sum + it.count, 0)).toBe(30);
    expect(top1).toBe(kind.top1);
  });

  it("refuses a data set without samples", async () => {
    await using net = await Linear.load();
    const none = slice(data, 0, 0);
    await expect(evaluate(net, none)).rejects.toThrow("the data set is empty");
    const onStep = () => expect.unreachable();
    await expect(fit(net, data, { validation: none, onStep })).rejects.toThrow("the data set is empty");
  });

  it("stops with the signal's reason", async () => {
    await using net = await Linear.load();
    await expect(evaluate(net, data, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
