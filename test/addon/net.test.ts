import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import {
  CnncCpuError,
  CnncError,
  CnncInputError,
  CnncStaleError,
  CnncWeightsError,
  defineModel,
  openSafetensors,
  parseSafetensors,
  weightsOf,
  type ClassPredictions,
  type ModelClass,
  Net,
} from "../../runtime/index.ts";
import { buildFakeAddon, fakeManifest } from "./fake-addon.ts";
import { fileOf } from "../support/safetensors-files.ts";
import { fakeModel, type LinearTypes } from "./fake-model.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-net-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const known = weightsOf({
  "dense1.weight": { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  "dense1.bias": { shape: [2], data: Float32Array.of(0.5, -0.5) },
});
const image = Uint8Array.of(1, 0, 1);

let Linear: ModelClass<LinearTypes>;
let net: Net<LinearTypes>;
beforeAll(async () => {
  Linear = await fakeModel();
  net = await Linear.load({ weights: known, threads: 1 });
});

describe("metadata", () => {
  it("tells of inputs and outputs, typed, on the model and on the net", () => {
    for (const { inputs, outputs } of [Linear, net]) {
      expect(inputs.image).toEqual({ name: "image", dtype: "u8", shape: [1, 1, 3], size: 3 });
      expect(outputs.kind).toEqual({ name: "kind", kind: "class", shape: [2], labels: ["cat", "dog"], size: 2 });
      expect(outputs.logits).toEqual({ name: "logits", kind: "tensor", shape: [2], size: 2 });
      expectTypeOf(inputs.image.dtype).toEqualTypeOf<"u8">();
      expectTypeOf(outputs.kind.labels).toEqualTypeOf<readonly ("cat" | "dog")[]>();
    }
  });
});

describe("predict", () => {
  it("gives typed results", async () => {
    const { kind, logits } = await net.predict({ image });
    expectTypeOf(kind).toEqualTypeOf<ClassPredictions<"cat" | "dog">>();
    expectTypeOf(kind[0]!.label).toEqualTypeOf<"cat" | "dog">();
    expect(kind[0]!.label).toBe("dog");
    expect(kind[0]!.probability).toBeCloseTo(0.9933, 3);
    expect([...logits]).toEqual([4.5, 9.5]);
  });

  it("does the same at once", () => {
    const { kind, logits } = net.predictSync({ image: Uint8Array.of(1, 0, 1, 0, 0, 0) });
    expect(kind.map((it) => it.label)).toEqual(["dog", "cat"]);
    expect([...logits]).toEqual([4.5, 9.5, 0.5, -0.5]);
  });

  it("writes into the caller's arrays", () => {
    const into = { kind: new Float32Array(2), logits: new Float32Array(2) };
    const results = net.predictSync({ image }, { into });
    expect(results.logits).toBe(into.logits);
    expect(results.kind.probabilities).toBe(into.kind);
    expect([...into.logits]).toEqual([4.5, 9.5]);
  });

  it("takes layouts, clamped arrays and buffers", () => {
    const all = [{ data: image, layout: "hwc" as const }, Uint8ClampedArray.from(image), Buffer.from(image)];
    for (const it of all) expect([...net.predictSync({ image: it }).logits]).toEqual([4.5, 9.5]);
  });

  const wrong: [string, unknown, string][] = [
    ["nothing", undefined, "inputs: expected an object with an entry per input, got undefined"],
    ["no image", {}, "image: expected Uint8Array of N·3 elements (N samples of 1×1×3), got undefined"],
    [
      "floats",
      { image: new Float32Array(3) },
      "image: expected Uint8Array of N·3 elements (N samples of 1×1×3), got Float32Array of 3",
    ],
    [
      "part of a sample",
      { image: new Uint8Array(4) },
      "image: expected Uint8Array of N·3 elements (N samples of 1×1×3), got Uint8Array of 4",
    ],
    [
      "no sample",
      { image: new Uint8Array(0) },
      "image: expected Uint8Array of N·3 elements (N samples of 1×1×3), got Uint8Array of 0",
    ],
    ["a list", { image: [1, 2, 3] }, "image: expected Uint8Array of N·3 elements (N samples of 1×1×3), got array of 3"],
    ["another layout", { image: { data: image, layout: "whc" } }, 'image.layout: expected "chw" or "hwc", got string'],
    [
      "another name",
      { image, picture: image },
      "picture: expected one of image, got a name that the model does not have",
    ],
  ];
  it.each(wrong)("refuses %s", async (_what, inputs, message) => {
    expect(() => net.predictSync(inputs as never)).toThrow(new CnncInputError(...split(message)));
    await expect(net.predict(inputs as never)).rejects.toThrow(message);
  });

  it("refuses memory of another size", () => {
    const into = { logits: new Float32Array(3) };
    expect(() => net.predictSync({ image }, { into })).toThrow(
      "into.logits: expected Float32Array of 2, got Float32Array of 3",
    );
  });

  it("refuses memory for an output that is not there", () => {
    const into = { logit: new Float32Array(2) };
    expect(() => net.predictSync({ image }, { into: into as never })).toThrow(
      /into\.logit: expected the name of an output/,
    );
  });

  function split(message: string): [string, string, string] {
    const [, input = "", expected = "", got = ""] = /^(\S+): expected (.*), got (.*)$/.exec(message) ?? [];
    return [input, expected, got];
  }
});

describe("load", () => {
  it("draws fresh values by seed and name", async () => {
    const values = async (seed?: number) => {
      await using it = await Linear.load(seed === undefined ? {} : { seed });
      return it.parameters.get("dense1.weight").join();
    };
    expect(await values(1)).toBe(await values(1));
    expect(new Set([await values(), await values(1), await values(2)]).size).toBe(3);
  });

  it("takes a path and a URL, and reads back what it saved", async () => {
    const file = path.join(folder, "saved.safetensors");
    await net.save(file);
    expect(parseSafetensors(fs.readFileSync(file)).metadata).toEqual({ model: "Linear" });
    for (const weights of [file, pathToFileURL(file)]) {
      await using again = await Linear.load({ weights });
      expect([...again.parameters.get("dense1.weight")]).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it("refuses weights of another model, and names all that differs", async () => {
    const tensor = { shape: [2], data: new Float32Array(2) };
    const other = weightsOf({ "dense1.bias": tensor, "dense2.bias": tensor });
    const error = (await Linear.load({ weights: other }).catch((it: unknown) => it)) as CnncWeightsError;
    expect(error).toBeInstanceOf(CnncWeightsError);
    expect(error.message).toBe("these weights are not Linear's; missing: dense1.weight; unexpected: dense2.bias");
    expect([error.missing, error.unexpected]).toEqual([["dense1.weight"], ["dense2.bias"]]);
  });

  it("refuses weights of another shape", async () => {
    const weights = weightsOf({
      "dense1.weight": { shape: [3, 2], data: new Float32Array(6) },
      "dense1.bias": { shape: [2], data: new Float32Array(2) },
    });
    await expect(Linear.load({ weights })).rejects.toThrow("dense1.weight: expected 2×3, got 3×2");
  });

  it("refuses weights that are none, or fewer than their shape says", async () => {
    await expect(Linear.load({ weights: new Uint8Array(8) as never })).rejects.toThrow(
      new CnncWeightsError("weights: expected a path, a URL or weightsOf(…), got Uint8Array of 8"),
    );
    const weights = weightsOf({
      "dense1.weight": { shape: [2, 3], data: new Float32Array(5) },
      "dense1.bias": { shape: [2], data: new Float32Array(2) },
    });
    const error = await Linear.load({ weights }).catch((it: unknown) => it);
    const [tensor, expected, got] = ["dense1.weight", "Float32Array of 6", "Float32Array of 5"];
    expect(error).toMatchObject({ code: "CNNC_WEIGHTS", tensor, expected, got });
    expect(() => weights.read("dense2.bias")).toThrow(CnncWeightsError);
  });

  it.each([NaN, Infinity, -Infinity])("refuses weights with the value %s, unless they are wanted", async (value) => {
    const weights = weightsOf({
      "dense1.weight": { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, value, 6) },
      "dense1.bias": { shape: [2], data: new Float32Array(2) },
    });
    await expect(Linear.load({ weights })).rejects.toThrow(
      CnncWeightsError.ofTensor("dense1.weight", "finite numbers", `${value} at 4`),
    );
    await using all = await Linear.load({ weights, allowNonFinite: true });
    expect(all.parameters.get("dense1.weight")[4]).toBe(value);
  });

  it("reads a file in several formats, refuses what is not finite in it, and sees that it was cut off meanwhile", async () => {
    const file = path.join(folder, "formats.safetensors");
    const write = (dtype: "F16" | "F32", last: number) => {
      const begin = dtype === "F16" ? 4 : 8;
      const header = JSON.stringify({
        "dense1.bias": { dtype, shape: [2], data_offsets: [0, begin] },
        "dense1.weight": { dtype: "F32", shape: [2, 3], data_offsets: [begin, begin + 24] },
      });
      const bytes = fileOf(header, begin + 24);
      bytes.set(new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, last).buffer), bytes.length - 24);
      fs.writeFileSync(file, bytes);
    };
    for (const dtype of ["F16", "F32"] as const) {
      write(dtype, 6);
      await using net = await Linear.load({ weights: file });
      expect([...net.parameters.get("dense1.weight")]).toEqual([1, 2, 3, 4, 5, 6]);
      expect([...net.parameters.get("dense1.bias")]).toEqual([0, 0]);
      using opened = openSafetensors(file);
      fs.truncateSync(file, fs.statSync(file).size - 1);
      await expect(Linear.load({ weights: opened })).rejects.toThrow(
        /formats\.safetensors: the file ended while it was/,
      );
      write(dtype, Infinity);
      await expect(Linear.load({ weights: file })).rejects.toThrow(
        CnncWeightsError.ofTensor("dense1.weight", "finite numbers", "Infinity at 5"),
      );
      await using all = await Linear.load({ weights: file, allowNonFinite: true });
      expect(all.parameters.get("dense1.weight")[5]).toBe(Infinity);
    }
  });

  it("refuses an addon of another build, for another processor, or that is none", async () => {
    const addon = await buildFakeAddon();
    const load = (changes: object, file = addon) => defineModel({ ...fakeManifest(), ...changes }, file).load();
    await expect(load({ hash: "newer" })).rejects.toThrow(CnncStaleError);
    await expect(load({ hash: "newer" })).rejects.toMatchObject({ expected: "Linear newer", got: "Linear fake-hash" });
    await expect(load({ model: "Other" })).rejects.toThrow(/only Linear, Slow, Alien; build linear\.cnn again/);
    await expect(load({ model: "Alien" })).rejects.toThrow(CnncCpuError);
    await expect(load({ model: "Alien" })).rejects.toMatchObject({ expected: "quantum" });
    await expect(load({}, path.join(folder, "none.node"))).rejects.toThrow(/none\.node cannot be loaded/);
    expect(() => defineModel({ ...fakeManifest(), format: 2 as never }, addon)).toThrow(CnncError);
  });

  it("knows parameters by name, whatever order the manifest has", async () => {
    const addon = await buildFakeAddon();
    const manifest = fakeManifest();
    const reversed = { ...manifest, parameters: [...manifest.parameters].reverse() };
    await using turned = await defineModel<LinearTypes>(reversed, addon).load({ weights: known });
    expect([...turned.predictSync({ image }).logits]).toEqual([4.5, 9.5]);
    const fewer = { ...manifest, parameters: manifest.parameters.slice(1) };
    await expect(defineModel(fewer, addon).load()).rejects.toThrow(CnncStaleError);
  });

  it.each([0, 1.5, -1, 1000])("refuses %s threads", async (threads) => {
    await expect(Linear.load({ threads })).rejects.toThrow(RangeError);
    await expect(Linear.load({ threads })).rejects.toThrow(/threads: expected a whole number from 1 to 256/);
  });
});

describe("parameters", () => {
  it("have names, shapes and values", () => {
    const { parameters } = net;
    expect(parameters.names).toEqual(["dense1.weight", "dense1.bias"]);
    expect(parameters.shape("dense1.weight")).toEqual([2, 3]);
    expect(parameters.count).toBe(8);
    expect([...parameters].map((it) => it.name)).toEqual(parameters.names);
    expect(() => parameters.get("nothing")).toThrow("the model has no parameter nothing");
    expect(() => parameters.set("dense1.bias", new Float32Array(3))).toThrow(CnncWeightsError);
  });

  it("take effect when set", async () => {
    await using own = await Linear.load({ weights: known });
    own.parameters.set("dense1.bias", Float32Array.of(100, 0));
    expect(own.predictSync({ image }).logits[0]).toBe(104);
  });
});

describe("an output that is called like a part of every object", () => {
  it.each(["toString", "constructor", "valueOf", "__proto__"])("%s", (name) => {
    const manifest = { ...fakeManifest(), outputs: [{ name, kind: "tensor" as const, shape: [2] }] };
    const tensors = {
      inputs: [{ name: "image", type: "u8", shape: [3] }],
      outputs: [{ name, type: "f32", shape: [2] }],
    };
    const native = { inferSync: (...[, , , outputs]: Float32Array[][]) => outputs![0]!.fill(7) };
    const own = new Net<LinearTypes>(manifest, tensors as never, native as never, true);
    const results = own.predictSync({ image }) as unknown as Record<string, unknown>;
    expect(Object.keys(results)).toEqual([name]);
    expect(results[name]).toEqual(Float32Array.of(7, 7));
  });
});

describe("dispose", () => {
  it("waits for what is under way", async () => {
    const slow = await (await fakeModel("Slow")).load({ weights: known });
    const calls = [slow.predict({ image }), slow.predict({ image })];
    await slow.dispose();
    expect(await Promise.all(calls)).toHaveLength(2);
    await slow.dispose();
    expect(() => slow.predictSync({ image })).toThrow("Slow has been disposed");
    await expect(slow.predict({ image })).rejects.toThrow(CnncError);
  });

  it("can be had at once", async () => {
    const slow = await (await fakeModel("Slow")).load({ weights: known });
    const calls = Promise.allSettled(Array.from({ length: 20 }, () => slow.predict({ image })));
    slow[Symbol.dispose]();
    expect((await calls)[19]).toMatchObject({ status: "rejected", reason: { name: "CnncError" } });
  });
});
