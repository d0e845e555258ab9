import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { CnncDataError, openNpyFolder, parseNpy, readNpy } from "../../runtime/index.ts";
import { mutations } from "../support/mutations.ts";
import { npy } from "../support/npy.ts";
import { withTempFolder } from "../support/paths.ts";

const words = npy("<i4", [2, 3], Int32Array.of(1, -2, 3, 4, 5, 1e9));

/** `numpy.save(file, numpy.array([[1, 2], [3, 4]], dtype="<u2"))` of NumPy 1.24. */
const written = Buffer.from(
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAg" +
    "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAIAAwAEAA==",
  "base64",
);

describe("an NPY file", () => {
  it("has a shape and elements", () => {
    expect(parseNpy(words)).toEqual({ shape: [2, 3], data: Int32Array.of(1, -2, 3, 4, 5, 1e9) });
    expect(parseNpy(written)).toEqual({ shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) });
    expect(parseNpy(npy("|u1", [3], Uint8Array.of(1, 2, 255)))).toEqual({ shape: [3], data: Uint8Array.of(1, 2, 255) });
    expect(parseNpy(npy("<i8", [], BigInt64Array.of(-7n)))).toEqual({ shape: [], data: Int32Array.of(-7) });
  });

  it.each<[string, ArrayBufferView, ArrayBufferView]>([
    ["|b1", Uint8Array.of(0, 1), Uint8Array.of(0, 1)],
    ["|i1", Int8Array.of(-1, 5), Int32Array.of(-1, 5)],
    ["<u2", Uint16Array.of(1, 65_535), Int32Array.of(1, 65_535)],
    ["<i2", Int16Array.of(1, -9), Int32Array.of(1, -9)],
    ["<u4", Uint32Array.of(1, 9), Int32Array.of(1, 9)],
    ["<u8", BigUint64Array.of(1n, 9n), Int32Array.of(1, 9)],
    ["<f2", Uint16Array.of(0x3c00, 0xc000), Float32Array.of(1, -2)],
    ["<f4", Float32Array.of(0.5, 0.1), Float32Array.of(0.5, 0.1)],
    ["<f8", Float64Array.of(0.5, 0.1), Float32Array.of(0.5, 0.1)],
  ])("of type %s becomes the nearest kind of array", (descr, elements, expected) => {
    expect(parseNpy(npy(descr, [2], elements)).data).toEqual(expected);
  });

  it("may be of version 2, and compressed", async () => {
    const length = words.readUInt16LE(8);
    const second = Buffer.concat([words.subarray(0, 8), Buffer.alloc(4), words.subarray(10)]);
    second[6] = 2;
    second.writeUInt32LE(length, 8);
    expect(parseNpy(second)).toEqual(parseNpy(words));
    await withTempFolder(async (folder) => {
      const file = path.join(folder, "words.npy");
      fs.writeFileSync(file, gzipSync(words));
      expect(await readNpy(file)).toEqual(parseNpy(words));
    });
  });

  it.each<[string, Buffer, string]>([
    ["another file", Buffer.from("hello, world, hello, world"), "not an NPY file"],
    ["nothing", Buffer.alloc(0), "not an NPY file"],
    ["half its header", words.subarray(0, 40), "the file ends within its header"],
    ["half its elements", words.subarray(0, -3), "the file is cut off: 2×3 is 24 bytes, it has 21"],
    ["more than its elements", Buffer.concat([words, Buffer.alloc(1)]), "the file is too long"],
    ["elements from the wrong end", npy(">i4", [2], Int32Array.of(1, 2)), "elements of type >i4; b1, "],
    ["complex numbers", npy("<c8", [1], Float32Array.of(1, 2)), "elements of type <c8; b1, "],
    ["texts", npy("<U4", [1], Int32Array.of(1, 2, 3, 4)), "elements of type "],
    ["columns first", npy("<i4", [1, 2], Int32Array.of(1, 2), "True"), "its first dimension is the fastest"],
    [
      "whole numbers that are too large",
      npy("<i8", [2], BigInt64Array.of(1n, 2n ** 31n)),
      "2147483648 at 1 does not fit into 32 bits",
    ],
    ["a shape that no file has", npy("<f8", [2 ** 52, 2 ** 52], Float32Array.of(1)), "the file is cut off"],
    [
      "a header that is none",
      Buffer.from(words.toString("latin1").replace("shape", "shade"), "latin1"),
      "its header is not",
    ],
  ])("with %s is refused", (_what, bytes, message) => {
    expect(() => parseNpy(bytes, "x.npy")).toThrow(CnncDataError);
    expect(() => parseNpy(bytes, "x.npy")).toThrow(`x.npy: ${message}`);
  });

  it("that is changed at random gives an array or a typed error", () => {
    for (const bytes of mutations(words, 2000)) {
      try {
        const { shape, data } = parseNpy(bytes);
        expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
      } catch (error) {
        expect(error).toBeInstanceOf(CnncDataError);
      }
    }
  });
});

describe("a folder of NPY files", () => {
  const columns = [
    { name: "words", shape: [3], dtype: "tokens" },
    { name: "level", shape: [1], dtype: "f32" },
    { name: "feeling", shape: [] },
  ] as const;
  const files = {
    "train-words.npy": words,
    "train-level.npy": npy("<i8", [2], BigInt64Array.of(7n, 8n)),
    "train-feeling.npy": npy("|u1", [2], Uint8Array.of(1, 0)),
  };
  const opened = (given: Readonly<Record<string, Buffer>>) =>
    withTempFolder(async (folder) => {
      for (const [name, bytes] of Object.entries(given)) fs.writeFileSync(path.join(folder, name), bytes);
      return openNpyFolder(folder, "train", columns);
    });

  it("is a data set of inputs and targets", async () => {
    const data = await opened(files);
    expect(data.size).toBe(2);
    expect(await data.gather([1, 0])).toEqual({
      words: Int32Array.of(4, 5, 1e9, 1, -2, 3),
      level: Float32Array.of(8, 7),
      feeling: Uint8Array.of(0, 1),
    });
  });

  it("that is too large for memory is read in chunks, to the same batches", async () => {
    await withTempFolder(async (folder) => {
      const size = 20;
      const image = Uint8Array.from({ length: size * 2 ** 20 }, (_, i) => (i >> 20) ^ i);
      const level = BigInt64Array.from({ length: size }, (_, i) => BigInt(-i));
      fs.writeFileSync(path.join(folder, "test-image.npy"), npy("|u1", [size, 1024, 1024], image));
      fs.writeFileSync(path.join(folder, "test-level.npy"), npy("<i8", [size, 1], level));
      const wanted = [
        { name: "image", shape: [1024, 1024], dtype: "u8" },
        { name: "level", shape: [1], dtype: "f32" },
      ] as const;
      const whole = await openNpyFolder(folder, "test", wanted);
      const options = { mostBytes: 2 ** 24, bufferBytes: 2 ** 23 };
      const streamed = await openNpyFolder(folder, "test", wanted, options);
      expect(whole.chunks).toBeUndefined();
      // 4 MiB hold 3 samples of 1 MiB and 4 bytes.
      expect([...streamed.chunks!.starts]).toEqual([0, 3, 6, 9, 12, 15, 18]);
      for (const indices of [[19, 0, 7], [4, 4], []]) {
        const [found, expected] = [await streamed.gather(indices), await whole.gather(indices)];
        expect(found["level"]).toEqual(expected["level"]);
        expect(Buffer.compare(found["image"] as Uint8Array, expected["image"] as Uint8Array)).toBe(0);
      }
      const wrong = [{ name: "image", shape: [7], dtype: "u8" }] as const;
      await expect(openNpyFolder(folder, "test", wrong, options)).rejects.toThrow(
        "samples of 1024×1024, image needs 7",
      );
      fs.truncateSync(path.join(folder, "test-image.npy"), 2 ** 24);
      await expect(streamed.gather([17])).rejects.toThrow(/test-image\.npy: it became shorter after it was opened/);
      await expect(openNpyFolder(folder, "test", wanted, { mostBytes: 1 })).rejects.toThrow(
        /test-image\.npy: .*cut off/,
      );
    });
  });

  it.each<[string, Readonly<Record<string, Buffer>>, string]>([
    ["lacks a file", { "train-feeling.npy": Buffer.alloc(0) }, "not an NPY file"],
    [
      "has samples of another size",
      { "train-words.npy": npy("<i4", [2, 2], Int32Array.of(1, 2, 3, 4)) },
      "samples of 2, words needs 3",
    ],
    [
      "has numbers for tokens",
      { "train-words.npy": npy("<f4", [2, 3], new Float32Array(6)) },
      "words takes whole numbers, the file has others",
    ],
    [
      "has columns of different lengths",
      { "train-feeling.npy": npy("|u1", [3], new Uint8Array(3)) },
      "words has 2 samples, feeling has 3",
    ],
    [
      "has one number",
      { "train-feeling.npy": npy("|u1", [], new Uint8Array(1)) },
      "samples of one number, feeling needs one number",
    ],
  ])("that %s is refused", async (_what, given, message) => {
    await expect(opened({ ...files, ...given })).rejects.toThrow(CnncDataError);
    await expect(opened({ ...files, ...given })).rejects.toThrow(message);
  });
});

describe("NPY files of labels", () => {
  it.each([
    ["in memory", {}],
    ["on the disk", { mostBytes: 1, bufferBytes: 1 }],
  ])("tell which sample names no class, %s", async (_, options) => {
    await withTempFolder(async (folder) => {
      fs.writeFileSync(path.join(folder, "train-x.npy"), npy("|u1", [3, 1], Uint8Array.of(1, 2, 3)));
      fs.writeFileSync(path.join(folder, "train-kinds.npy"), npy("<i4", [3, 2], Int32Array.of(0, 1, 2, 0, 0, 3)));
      const open = async (classes: number) => {
        const columns = [
          { name: "x", shape: [1] },
          { name: "kinds", shape: [2], classes },
        ];
        return (await openNpyFolder(folder, "train", columns, options)).gather([0, 1, 2]);
      };
      await expect(open(3)).rejects.toThrow(
        /train-kinds\.npy: sample 2 has 3, which is no class of kinds: an index below 3/,
      );
      expect((await open(4))["kinds"]).toEqual(Int32Array.of(0, 1, 2, 0, 0, 3));
    });
  });
});
