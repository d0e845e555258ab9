import { fork } from "node:child_process";
import * as fs from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  arrayDataset,
  CnncDataError,
  CnncDivergedError,
  CnncWriteError,
  fit,
  openSafetensors,
  type Dataset,
  type EpochReport,
  type FitOptions,
  type ModelClass,
  type Net,
} from "../../runtime/index.ts";
import { fakeModel, type LinearTypes } from "./fake-model.ts";

/** What a run leaves on the disk, whatever ends it. */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-checkpoints-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

const samples = Array.from({ length: 30 }, (_, i) => [(i * 7) % 5, 1, (i * 3) % 4] as const);
const kinds = Uint8Array.from(samples, ([left, , right]) => Number(left > right));
const images = { data: Uint8Array.from(samples.flat()), sampleSize: 3 };
const data = arrayDataset({ image: images, kind: { data: kinds, sampleSize: 1 } });
/** The contrary of what is learned: the longer the training, the worse. */
const contrary = arrayDataset({ image: images, kind: { data: kinds.map((it) => 1 - it), sampleSize: 1 } });

let Linear: ModelClass<LinearTypes>;
beforeAll(async () => {
  Linear = await fakeModel();
});

type Options = FitOptions<LinearTypes>;
const weight = (net: Net<LinearTypes>) => net.parameters.get("dense1.weight").join();
const base = { epochs: 12, batch: 8, seed: 1 } as const;

async function trained<T>(
  options: Options,
  look: (net: Net<LinearTypes>, found: Awaited<ReturnType<typeof fit<LinearTypes>>>) => T | Promise<T>,
) {
  await using net = await Linear.load({ seed: 3 });
  return await look(net, await fit(net, data, { ...base, ...options }));
}

describe("patience", () => {
  it("ends a run that gets no better, with the weights of its best epoch", async () => {
    const run = { validation: contrary, patience: 3 };
    const after = await trained({ ...run, epochs: 12 }, (net, found) => ({ ...found, weight: weight(net) }));
    const { epoch } = after.best!;
    expect(after).toMatchObject({ stopped: false, early: true, restored: true });
    expect(after.epochs).toHaveLength(epoch + 1 + 3);
    expect(after.best!.score).toEqual({ metric: "accuracy", value: after.epochs[epoch]!.validation!.top1 });
    // The same run, stopped behind its best epoch.
    const stop = new AbortController();
    const onEpoch = (report: { epoch: number }) => void (report.epoch === epoch && stop.abort());
    expect(await trained({ signal: stop.signal, onEpoch }, weight)).toBe(after.weight);
  });

  it("leaves a run that gets better alone", async () => {
    const { epochs, early } = await trained({ validation: data, patience: 12 }, (_net, found) => found);
    expect([epochs.length, early]).toEqual([12, false]);
  });

  it("judges after a resumption as without one, at any step", async () => {
    const run = { validation: contrary, patience: 3 };
    const whole = await trained(run, (net, { epochs, best }) => ({ weight: weight(net), epochs, best }));
    const steps = 4 * whole.epochs.length;
    for (let last = 1; last <= steps; last++) {
      const file = at("part.safetensors");
      const stop = new AbortController();
      const onStep = ({ step }: { step: number }) => void (step === last && stop.abort());
      await trained({ ...run, onStep, signal: stop.signal }, async (_net, { trainer, stopped }) => {
        expect(stopped).toBe(true);
        await trainer.save(file);
      });
      await using net = await Linear.load({ weights: file });
      // Patience is the checkpoint's.
      const rest = await fit(net, data, { validation: contrary, trainer: net.trainer({ resume: file }) });
      expect([weight(net), rest.best, rest.early], `${last}`).toEqual([whole.weight, whole.best, true]);
      // The means of the epoch in whose middle it began, too.
      const reports = whole.epochs.slice(Math.floor((last - 1) / 4)).map(learned);
      expect(rest.epochs.map(learned)).toEqual(reports);
    }
  });

  it("needs something to measure", async () => {
    await expect(trained({ patience: 3 }, () => 0)).rejects.toThrow("the best epoch is found by validation data");
    await expect(trained({ patience: 0, validation: data }, () => 0)).rejects.toThrow(RangeError);
  });
});

/** What a report says of weights, not of the machine. */
function learned({ epoch, step, loss, metrics, learningRate, validation }: EpochReport<LinearTypes>) {
  return { epoch, step, loss, metrics, learningRate, measured: validation?.outputs };
}

describe("checkpoints", () => {
  it("of the last epochs stay beside the newest one, and the best epoch's weights", async () => {
    const checkpoint = { path: at("run.safetensors"), keep: 2, best: at("best.safetensors") };
    const names = () => fs.readdirSync(folder).filter((name) => /^(run|best)\./.test(name));
    fs.writeFileSync(at("run.epoch-09.safetensors"), "of an earlier run, left by a kill");
    const { best, last } = await trained({ validation: contrary, checkpoint }, (net, found) => ({
      best: found.best!,
      last: weight(net),
    }));
    expect(names()).toEqual([
      "best.safetensors",
      "run.epoch-11.safetensors",
      "run.epoch-12.safetensors",
      "run.safetensors",
    ]);
    using kept = openSafetensors(at("best.safetensors"));
    expect(kept.metadata).toEqual({
      epoch: String(best.epoch + 1),
      metric: "accuracy",
      value: String(best.score.value),
    });
    expect(kept.read("dense1.weight").join()).not.toBe(last);
    expect([...kept.names]).toEqual(["dense1.weight", "dense1.bias"]);
    // Each goes on.
    await using net = await Linear.load({ weights: at("run.epoch-11.safetensors") });
    const trainer = net.trainer({ resume: at("run.epoch-11.safetensors") });
    await fit(net, data, { trainer, validation: contrary });
    expect(weight(net)).toBe(last);
  });

  it("are refused for weights that are no numbers, and the former one stays", async () => {
    const file = at("finite.safetensors");
    await using net = await Linear.load({ seed: 3 });
    const { trainer } = await fit(net, data, base);
    await trainer.save(file);
    const before = fs.readFileSync(file);
    net.parameters.set("dense1.bias", Float32Array.of(0, Infinity));
    await expect(trainer.save(file)).rejects.toThrow(
      new CnncDivergedError("dense1.bias became Infinity by step 48: " + help),
    );
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  });

  it("have no best weights that are no numbers", async () => {
    await using net = await Linear.load({ seed: 3 });
    // The last step of the first epoch.
    const onStep = ({ step }: { step: number }) =>
      void (step === 4 && net.parameters.set("dense1.bias", Float32Array.of(0, NaN)));
    const checkpoint = { path: at("none.safetensors"), seconds: 1000, best: at("none.best.safetensors") };
    const run = fit(net, data, { ...base, validation: contrary, onStep, checkpoint });
    await expect(run).rejects.toThrow(new CnncDivergedError("dense1.bias became NaN by step 4: " + help));
    expect(fs.readdirSync(folder).filter((name) => name.startsWith("none"))).toEqual([]);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["a wrong count", '{"closed": -1}'],
  ])("that remember %s of their run are refused", async (_what, memory) => {
    const file = at("memory.safetensors");
    await trained({}, async (_net, { trainer }) => trainer.save(file));
    await using net = await Linear.load({ weights: file });
    using saved = openSafetensors(file);
    const trainer = net.trainer({ resume: { ...saved, metadata: { ...saved.metadata, memory } } });
    await expect(fit(net, data, { trainer })).rejects.toThrow(
      "what the checkpoint remembers of its run cannot be read",
    );
  });
});

const help = "a smaller learning rate, a warm-up or `clip = norm(1)` in the train section may help";

/** A disk with room for so many bytes; what is given back makes room. */
function withFullDisk(room: number): () => void {
  const open = fsPromises.open;
  const disk = vi.spyOn(fsPromises, "open").mockImplementation(async (...args) => {
    const file = await open(...args);
    const write = file.writeFile.bind(file);
    file.writeFile = async (bytes) => {
      room -= (bytes as Uint8Array).length;
      if (room < 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      return write(bytes);
    };
    return file;
  });
  syncBuiltinESMExports();
  return () => {
    disk.mockRestore();
    syncBuiltinESMExports();
  };
}

describe("a full disk", () => {
  const file = at("full.safetensors");
  const rest = () => fs.readdirSync(folder).filter((name) => name.startsWith("full"));

  it("leaves the former checkpoint, which goes on to the same weights", async () => {
    const whole = await trained({}, async (net, { trainer }) => {
      await trainer.save(file);
      return weight(net);
    });
    const size = 2.5 * fs.statSync(file).size;
    fs.rmSync(file);
    const makeRoom = withFullDisk(size);
    const failed = trained({ checkpoint: { path: file } }, () => 0);
    await expect(failed).rejects.toThrow(
      new CnncWriteError(`${file} cannot be written: ENOSPC: no space left on device, write`),
    );
    makeRoom();
    expect(rest()).toEqual(["full.safetensors"]);
    await using net = await Linear.load({ weights: file });
    const trainer = net.trainer({ resume: file });
    expect(trainer.steps).toBeGreaterThan(0);
    await fit(net, data, { trainer });
    expect(weight(net)).toBe(whole);
  });

  it("does not end a run that is told of it, and is tried again", async () => {
    const whole = await trained({}, weight);
    fs.rmSync(file);
    const makeRoom = withFullDisk(100);
    const failures: string[] = [];
    const written: number[] = [];
    const onFailure = ({ message }: Error) => {
      failures.push(message);
      if (failures.length === 3) makeRoom();
    };
    const checkpoint = { path: file, onFailure, onWrite: (step: number) => written.push(step) };
    expect(await trained({ checkpoint }, weight)).toBe(whole);
    expect(failures).toHaveLength(3);
    expect(written).toEqual([16, 20, 24, 28, 32, 36, 40, 44, 48]);
    using last = openSafetensors(file);
    expect(last.metadata["step"]).toBe("48");
    expect(rest()).toEqual(["full.safetensors"]);
  });
});

/** Samples that another process reads; a message has its answer, or the process has ended. */
function workerDataset(): Dataset<{ image: Uint8Array; kind: Uint8Array }> & { kill(): void } {
  const script = at("worker.mjs");
  fs.writeFileSync(script, `process.on("message", (it) => process.send(it));`);
  const child = fork(script, { stdio: "ignore" });
  const ask = (indices: ArrayLike<number>) =>
    new Promise<{ image: Uint8Array; kind: Uint8Array }>((resolve, reject) => {
      const gone = (code: number | null, signal: string | null) =>
        reject(new CnncDataError(`the process that reads data ended by ${signal ?? code}`));
      child.once("exit", gone);
      child.send(Array.from(indices), (error) => error && reject(new CnncDataError(error.message)));
      child.once("message", (found) => {
        child.off("exit", gone);
        resolve(data.gather(found as number[]) as { image: Uint8Array; kind: Uint8Array });
      });
    });
  // One after another: an answer does not tell whose it is.
  let last: Promise<unknown> = Promise.resolve();
  const gather = (indices: ArrayLike<number>) => {
    const next = last.then(() => ask(indices));
    last = next.catch(() => undefined);
    return next;
  };
  return { size: 30, gather, kill: () => void child.kill("SIGKILL") };
}

describe("a failure in the middle of an epoch", () => {
  it("of a process that reads data keeps all steps before it", async () => {
    const file = at("killed.safetensors");
    const whole = await trained({}, weight);
    const source = workerDataset();
    await using net = await Linear.load({ seed: 3 });
    const onStep = ({ step }: { step: number }) => void (step === 6 && source.kill());
    const run = fit(net, source, { ...base, onStep, checkpoint: { path: file } });
    await expect(run).rejects.toThrow(CnncDataError);
    await using other = await Linear.load({ weights: file });
    const trainer = other.trainer({ resume: file });
    // The batch behind the step during which it was killed may have been read already.
    expect([6, 7]).toContain(trainer.steps);
    await fit(other, data, { trainer });
    expect(weight(other)).toBe(whole);
  });

  it("of the numbers keeps the checkpoint before it", async () => {
    const file = at("diverged.safetensors");
    await using net = await Linear.load({ seed: 3 });
    let at4: Buffer | undefined;
    const onStep = ({ step }: { step: number }) => {
      if (step !== 6) return;
      at4 = fs.readFileSync(file);
      net.parameters.set("dense1.weight", new Float32Array(6).fill(NaN));
    };
    const run = fit(net, data, { ...base, onStep, checkpoint: { path: file } });
    await expect(run).rejects.toThrow(new CnncDivergedError(`the loss became NaN in step 7, in epoch 2: ${help}`));
    expect(fs.readFileSync(file).equals(at4!)).toBe(true);
  });
});
