import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CnncWeightsError } from "../../runtime/errors.ts";
import { openSafetensors, parseSafetensors } from "../../runtime/weights/read-safetensors.ts";
import { formatsFile } from "../support/safetensors-files.ts";
import { safetensorsHeader, writeSafetensors } from "../../runtime/weights/write-safetensors.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-safetensors-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const tensor = (name: string, shape: number[], values: number[]) => ({
  name,
  shape,
  read: () => Float32Array.from(values),
});
const two = [tensor("a.weight", [2, 2], [1, 2, 3, 4]), tensor("a.bias", [], [0.5])];

/** A file from a header's text and so many bytes of data. */
function fileOf(json: string, dataBytes: number, length = Buffer.byteLength(json)): Uint8Array {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([prefix, Buffer.from(json), Buffer.alloc(dataBytes)]);
}

const entry = (fields: object) => JSON.stringify({ t: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...fields } });

describe("a safetensors file", () => {
  it("comes back as it was written", async () => {
    const file = path.join(folder, "two.safetensors");
    await writeSafetensors(file, two, { model: "A" });
    using read = openSafetensors(file);
    expect(read.names).toEqual(["a.weight", "a.bias"]);
    expect(read.metadata).toEqual({ model: "A" });
    expect(read.shape("a.weight")).toEqual([2, 2]);
    expect([...read.read("a.weight")]).toEqual([1, 2, 3, 4]);
    expect([...read.read("a.bias")]).toEqual([0.5]);
    expect(fs.readdirSync(folder)).toEqual(["two.safetensors"]);
  });

  it("may have tensors of any name, but not twice", async () => {
    const file = path.join(folder, "names.safetensors");
    await writeSafetensors(file, [tensor("toString", [1], [1]), tensor("__proto__", [1], [2])]);
    using read = openSafetensors(file);
    expect(read.names).toContain("toString");
    expect(() => safetensorsHeader([...two, ...two])).toThrow("two tensors are called a.weight");
  });

  it("may hold doubles, half floats and brain floats", () => {
    const read = parseSafetensors(formatsFile.bytes);
    for (const [name, values] of Object.entries(formatsFile.values)) expect([...read.read(name)], name).toEqual(values);
    const special = Uint16Array.of(0x7c00, 0xfc00, 0x7e00, 0x8000);
    const json = JSON.stringify({ t: { dtype: "F16", shape: [4], data_offsets: [0, 8] } });
    const bytes = Buffer.concat([fileOf(json, 0), Buffer.from(special.buffer)]);
    expect([...parseSafetensors(bytes).read("t")]).toEqual([Infinity, -Infinity, NaN, -0]);
  });

  it("aligns its data to eight bytes", () => {
    expect(safetensorsHeader(two).length % 8).toBe(0);
  });

  it("is replaced only when the new one is whole", async () => {
    const file = path.join(folder, "kept.safetensors");
    await writeSafetensors(file, two);
    const broken = { name: "b", shape: [3], read: () => new Float32Array(2) };
    await expect(writeSafetensors(file, [broken])).rejects.toThrow(CnncWeightsError);
    using read = openSafetensors(file);
    expect(read.names).toEqual(["a.weight", "a.bias"]);
    expect(fs.readdirSync(folder).filter((it) => it.endsWith(".tmp"))).toEqual([]);
  });

  it("names the file in every fault", () => {
    const file = path.join(folder, "broken.safetensors");
    fs.writeFileSync(file, "no");
    expect(() => openSafetensors(file)).toThrow(/broken\.safetensors: 2 bytes are not/);
    expect(() => openSafetensors(path.join(folder, "none"))).toThrow(CnncWeightsError);
  });
});

const malformed: [string, Uint8Array, RegExp][] = [
  ["nothing", new Uint8Array(0), /not a safetensors file/],
  ["a header longer than the file", fileOf("{}", 0, 100), /header of 100 bytes/],
  ["a header of 2^63 bytes", Buffer.from("0000000000000080", "hex"), /header of 9223372036854775808/],
  ["a header that is not JSON", fileOf("{", 0), /not JSON/],
  ["a header that is not UTF-8", fileOf("{}", 0).fill(0xff, 8), /not JSON/],
  ["a header that is a list", fileOf("[]", 0), /not a JSON object/],
  ["metadata that are no strings", fileOf('{"__metadata__":{"a":1}}', 0), /__metadata__/],
  ["an entry that is a number", fileOf('{"t":1}', 0), /tensor t: its entry/],
  ["another dtype", fileOf(entry({ dtype: "I32" }), 8), /dtype "I32"; F32, F64, F16, BF16 can/],
  ["a negative size", fileOf(entry({ shape: [-2] }), 8), /its shape/],
  ["a fractional size", fileOf(entry({ shape: [0.5, 4] }), 8), /its shape/],
  ["three offsets", fileOf(entry({ data_offsets: [0, 4, 8] }), 8), /data_offsets/],
  ["offsets that do not fit the shape", fileOf(entry({ shape: [3] }), 8), /8 bytes, its shape needs 12/],
  ["offsets in reverse", fileOf(entry({ data_offsets: [8, 0] }), 8), /-8 bytes/],
  ["a hole before the first tensor", fileOf(entry({ data_offsets: [4, 12] }), 12), /begins at 4/],
  ["data that are cut off", fileOf(entry({}), 7), /cut off/],
  ["data after the last tensor", fileOf(entry({}), 9), /too long/],
];

describe("a malformed safetensors file", () => {
  it.each(malformed)("with %s is refused", (_what, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(CnncWeightsError);
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });

  it("with overlapping tensors is refused", () => {
    const one = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
    const json = JSON.stringify({ a: one, b: one });
    expect(() => parseSafetensors(fileOf(json, 8))).toThrow(/tensor b begins at 0/);
  });
});
