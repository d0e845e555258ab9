import * as fs from "node:fs";
import * as path from "node:path";
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { CnncWeightsError, openSafetensors, parseSafetensors, type Weights } from "../../runtime/index.ts";
import { corruptFiles, soundFile } from "../support/safetensors-files.ts";
import { mutations } from "../support/mutations.ts";
import { withTempFolder } from "../support/paths.ts";

const readAll = (weights: Weights) => weights.names.map((name) => weights.read(name).length);

it.each(Object.entries(corruptFiles))("a file with %s is refused", async (_what, bytes) => {
  expect(() => parseSafetensors(bytes)).toThrow(CnncWeightsError);
  await withTempFolder((folder) => {
    const file = path.join(folder, "weights");
    fs.writeFileSync(file, bytes);
    expect(() => openSafetensors(file)).toThrow(CnncWeightsError);
    expect(() => openSafetensors(file)).toThrow(`${file}: `);
  });
});

it("an error about a tensor names it", () => {
  const errorOf = (name: string): unknown => {
    try {
      return parseSafetensors(corruptFiles[name]!);
    } catch (error) {
      return error;
    }
  };
  const message = 'tensor t: dtype "I32"; F32, F64, F16, BF16 can be read';
  expect(errorOf("integers")).toMatchObject({ tensor: "t", message });
  expect(errorOf("tensors that overlap")).toMatchObject({ tensor: "b" });
  expect(errorOf("two tensors of a name")).toMatchObject({ message: 'the header has "t" twice' });
});

it("a header of 60 MB with one long name is read", () => {
  const name = "x".repeat(60e6);
  const json = JSON.stringify({ [name]: { dtype: "F32", shape: [0], data_offsets: [0, 0] } });
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  new TextEncoder().encodeInto(json, bytes.subarray(8));
  expect(parseSafetensors(bytes).names[0]).toHaveLength(60e6);
});

it("random changes give weights or a typed error", () => {
  expect(readAll(parseSafetensors(soundFile))).toEqual([4, 2]);
  let refused = 0;
  for (const bytes of mutations(soundFile, 500)) {
    try {
      readAll(parseSafetensors(bytes));
    } catch (error) {
      expect(error).toBeInstanceOf(CnncWeightsError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(300);
});

it("a folder and a pipe are no files, and are not waited for", async () => {
  await withTempFolder((folder) => {
    const pipe = path.join(folder, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    for (const it of [folder, pipe]) expect(() => openSafetensors(it)).toThrow(/: not a file$/);
  });
});
