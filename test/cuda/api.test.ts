import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { nativeCpu } from "../../compiler/build/toolchain.ts";
import { compile } from "../../compiler/compile.ts";
import { sourceFile } from "../../grammar/index.ts";
import {
  CnncDeviceError,
  defineModel,
  type ClassOutput,
  type Input,
  type Level,
  type LoadOptions,
  type ModelClass,
  type Net,
} from "../../runtime/index.ts";
import { readText } from "../support/paths.ts";

/** The typed API of a network on the emulated device, beside the same network on processors. */

interface TinyTypes {
  inputs: { image: Input<Uint8Array, readonly [3, 8, 8]> };
  outputs: { kind: ClassOutput<"a" | "b" | "c"> };
  targets: "kind";
  metrics: "kind.accuracy";
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-cuda-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function modelFor(level: Level): Promise<ModelClass<TinyTypes>> {
  const { models } = compile(sourceFile("tiny.cnn", readText("test/cuda/tiny.cnn")), { cpus: [level] });
  const out = path.join(folder, level);
  const { addon } = await build(models, { name: "tiny", out, emulated: true });
  return defineModel<TinyTypes>(models[0]!.manifest, addon);
}

let device: ModelClass<TinyTypes>;
let processor: ModelClass<TinyTypes>;
beforeAll(async () => {
  device = await modelFor("cuda-f32");
  processor = await modelFor(nativeCpu());
}, 600_000);

/** What the emulated runtime, and the addon, read of the environment. */
const variables = ["CNNC_EMULATED_DEVICES", "CNNC_EMULATED_BYTES", "CNNC_CUDA_DEVICE"];
afterEach(() => variables.forEach((name) => delete process.env[name]));

const pictures = (batch: number) => Uint8Array.from({ length: 192 * batch }, (_, i) => (i * 7 + (i >> 3)) % 251);
const labels = (batch: number) => Array.from({ length: batch }, (_, i) => i % 3);

describe("a network on the device", () => {
  it("says what it runs on", async () => {
    expect(device.manifest.cpus).toEqual(["cuda-f32"]);
    await using net = await device.load();
    expect(net.device).toBe("cuda:0 emulated");
    await using other = await processor.load();
    expect(other.device).toBe(nativeCpu());
  });

  it("predicts as on processors, for any batch, in both layouts, into the caller's memory", async () => {
    await using net = await device.load({ seed: 3 });
    await using other = await processor.load({ seed: 3 });
    for (const batch of [1, 2, 7, 600]) {
      for (const layout of ["chw", "hwc"] as const) {
        const image = { data: pictures(batch), layout };
        const into = { kind: new Float32Array(3 * batch) };
        const found = (await net.predict({ image }, { into })).kind.probabilities;
        expect(found.buffer).toBe(into.kind.buffer);
        expectClose(found, other.predictSync({ image }).kind.probabilities);
        expect(net.predictSync({ image }).kind.probabilities).toEqual(found);
      }
    }
  });

  it("trains as on processors, saves and goes on", async () => {
    const [image, kind] = [pictures(8), labels(8)];
    const losses = async (net: Net<TinyTypes>): Promise<number[]> => {
      const trainer = net.trainer({ seed: 5 });
      const found: number[] = [];
      for (let i = 0; i < 6; i++) found.push((await trainer.step({ image, kind })).loss);
      if (net.device.startsWith("cuda")) await trainer.save(path.join(folder, "run.safetensors"));
      found.push(trainer.stepSync({ image, kind }).loss);
      return found;
    };
    await using net = await device.load({ seed: 1 });
    await using other = await processor.load({ seed: 1 });
    const found = await losses(net);
    expectClose(found, await losses(other));
    await using resumed = await device.load({ weights: path.join(folder, "run.safetensors") });
    const trainer = resumed.trainer({ resume: path.join(folder, "run.safetensors") });
    expect(trainer.stepSync({ image, kind }).loss).toBe(found[6]);
  });

  it("takes back a call that waits", async () => {
    await using net = await device.load();
    const controller = new AbortController();
    const first = net.predict({ image: pictures(300) });
    const second = net.predict({ image: pictures(1) }, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    expect((await first).kind).toHaveLength(300);
  });
});

describe("a machine that cannot run it", () => {
  const failure = async (load: Promise<unknown>): Promise<unknown> => load.catch((error: unknown) => error);

  it.each<[string, LoadOptions, RegExp]>([
    ["CNNC_EMULATED_DEVICES=no driver", {}, /^Tiny was built for cuda-f32: this machine has no CUDA driver: it needs/],
    ["CNNC_EMULATED_DEVICES=old driver", {}, /: the CUDA driver is too old: it knows CUDA 11\.4, this addon needs/],
    [
      "CNNC_EMULATED_DEVICES=0",
      {},
      /: this machine has no CUDA device; to run it on processors, build tiny\.cnn without/,
    ],
    [
      "CNNC_EMULATED_DEVICES=2",
      { device: 2 },
      /^there is no CUDA device 2, but the devices of this machine are 0 to 1$/,
    ],
    ["CNNC_CUDA_DEVICE=1", {}, /^CNNC_CUDA_DEVICE is 1, but the devices of this machine are 0$/],
    ["CNNC_CUDA_DEVICE=first", {}, /^CNNC_CUDA_DEVICE is first, but the devices of this machine are 0$/],
    ["CNNC_EMULATED_BYTES=100", {}, /^out of memory: 1 MiB of the device's memory cannot be had$/],
  ])("with %s it says so", async (setting, options, message) => {
    const [name, value] = setting.split("=") as [string, string];
    process.env[name] = value;
    const error = await failure(device.load(options));
    expect(error).toBeInstanceOf(CnncDeviceError);
    expect(error).toMatchObject({ code: "CNNC_DEVICE", message: expect.stringMatching(message) as unknown });
  });

  it("chooses a device that is there", async () => {
    process.env["CNNC_EMULATED_DEVICES"] = "3";
    process.env["CNNC_CUDA_DEVICE"] = "2";
    await using named = await device.load();
    await using chosen = await device.load({ device: 1 });
    expect([named.device, chosen.device]).toEqual(["cuda:2 emulated", "cuda:1 emulated"]);
    await expect(device.load({ device: -1 })).rejects.toThrow(RangeError);
  });

  it("goes on after a batch that does not fit", async () => {
    await using net = await device.load();
    process.env["CNNC_EMULATED_BYTES"] = "60000";
    await expect(net.predict({ image: pictures(200) })).rejects.toThrow(CnncDeviceError);
    expect(net.predictSync({ image: pictures(2) }).kind).toHaveLength(2);
  });

  it("has no device to choose where the addon is for processors", async () => {
    await expect(processor.load({ device: 0 })).rejects.toThrow(CnncDeviceError);
  });
});

/** Sums are added in another order. */
function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  const worst = Math.max(...Array.from(expected, (x, i) => Math.abs(x - found[i]!)));
  expect([found.length, worst < 1e-5]).toEqual([expected.length, true]);
}
