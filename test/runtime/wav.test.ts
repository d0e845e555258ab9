import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { CnncDataError, openSignalFolder, parseWav, readSignals, type FittedSignal } from "../../runtime/index.ts";
import { mutations } from "../support/mutations.ts";
import { plant, withTempFolder } from "../support/paths.ts";
import { wav } from "../support/wav.ts";

const samples = [0, 0.5, -0.5, -1, 0.25, 0.75];

/** What the `wave` module of Python 3.11 writes for the samples 0, 1, -2 at 8000 Hz. */
const written = Buffer.from("UklGRioAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQYAAAAAAAEA/v8=", "base64");

describe("a WAV file", () => {
  it("has a rate, channels and samples from -1 to 1", () => {
    expect(parseWav(written)).toEqual({ rate: 8000, channels: 1, data: Float32Array.of(0, 2 ** -15, -(2 ** -14)) });
  });

  it.each([
    ["PCM, 8 bits", { bits: 8 }, 1 / 100],
    ["PCM, 16 bits", { bits: 16 }, 2 ** -15],
    ["PCM, 24 bits", { bits: 24 }, 2 ** -23],
    ["PCM, 32 bits", { bits: 32 }, 2 ** -24],
    ["PCM, 24 bits, in the newer form", { bits: 24, extensible: true }, 2 ** -23],
    ["float, 32 bits", { format: 3, bits: 32 }, 0],
    ["float, 64 bits, in the newer form", { format: 3, bits: 64, extensible: true }, 0],
  ])("of %s is read", (_, options, tolerance) => {
    const { rate, channels, data } = parseWav(wav(samples, { rate: 44_100, ...options }));
    expect([rate, channels, data.length]).toEqual([44_100, 1, samples.length]);
    samples.forEach((x, i) => expect(Math.abs(data[i]! - x)).toBeLessThanOrEqual(tolerance));
  });

  it("gives one channel after the other", () => {
    const { channels, data } = parseWav(wav(samples, { channels: 2, format: 3, bits: 32 }));
    expect(channels).toBe(2);
    expect([...data]).toEqual([0, -0.5, 0.25, 0.5, -1, 0.75]);
  });

  it("may have other chunks, also of odd sizes, and a size that its writer did not know", () => {
    expect(parseWav(wav(samples, { note: 7 })).data).toHaveLength(6);
    const streamed = wav(samples);
    streamed.writeUInt32LE(0xffffffff, 40);
    expect(parseWav(streamed).data).toHaveLength(6);
  });

  it.each([
    ["no WAV file", Buffer.from("hello, world, hello, world")],
    ["no WAV file", Buffer.alloc(0)],
    ['the file is cut off: its chunk "data" has 12 bytes, 11 are left', wav(samples).subarray(0, -1)],
    ["it does not tell the format of its samples", wav(samples).subarray(0, 12)],
    ["it has no samples", wav([])],
    ["samples of MP3, 16 bits; PCM, 8 bits; ", wav(samples, { format: 0x55 })],
    ["samples of PCM, 48 bits; ", wav(samples, { bits: 48 })],
    ["its format contradicts itself: 0 channels, 16000 Hz", wav(samples, { channels: 0 })],
    ["a sample is no finite number", wav([0, NaN], { format: 3, bits: 32 })],
  ])("is refused: %s", (message, bytes) => {
    expect(() => parseWav(bytes, "a.wav")).toThrow(`a.wav: ${message}`);
  });

  it("that is damaged anywhere is read or refused by a typed error", () => {
    for (const bytes of mutations(wav(samples, { channels: 2, note: 5 }), 2000))
      try {
        expect(parseWav(bytes).data.every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(CnncDataError);
      }
  });
});

describe("signals", () => {
  const float = { format: 3, bits: 32 };
  const write = (folder: string, name: string, bytes: Buffer): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, bytes);
    return file;
  };

  it("are a batch; two channels are mixed down to one, or stay two", async () => {
    await withTempFolder(async (folder) => {
      const stereo = write(folder, "stereo.wav", wav(samples, { channels: 2, ...float }));
      const mono = write(folder, "mono.wav", wav([1, 0.5, 0], float));
      expect([...(await readSignals([stereo, mono], { shape: [1, 3], rate: 16_000 }))]).toEqual([
        ...[0.25, -0.75, 0.5],
        ...[1, 0.5, 0],
      ]);
      expect([...(await readSignals([stereo], { shape: [2, 3] }))]).toEqual([0, -0.5, 0.25, 0.5, -1, 0.75]);
      await expect(readSignals([mono], { shape: [2, 3] })).rejects.toThrow(`${mono}: 1 channels, the network takes 2`);
    });
  });

  it("of another rate are refused, of another length refused or made to fit, which is told", async () => {
    await withTempFolder(async (folder) => {
      const file = write(folder, "a.wav", wav([1, 0.5, 0.25, 0.125], { channels: 2, ...float }));
      const options = { shape: [2, 3], fit: "end" } as const;
      await expect(readSignals([file], { ...options, rate: 8000 })).rejects.toThrow(
        `${file}: 16000 samples a second, the network takes 8000; convert the file`,
      );
      await expect(readSignals([file], { shape: [2, 3] })).rejects.toThrow(`${file}: 2 samples, the network takes 3`);
      const told: FittedSignal[] = [];
      const onFit = (fitted: FittedSignal) => told.push(fitted);
      expect([...(await readSignals([file], { ...options, onFit }))]).toEqual([1, 0.25, 0, 0.5, 0.125, 0]);
      expect([...(await readSignals([file], { ...options, shape: [2, 1], onFit }))]).toEqual([1, 0.5]);
      expect(told).toEqual([
        { file, samples: 2, wanted: 3 },
        { file, samples: 2, wanted: 1 },
      ]);
    });
  });

  it("of a folder have the labels of their folders", async () => {
    await withTempFolder(async (folder) => {
      const one = wav([0.5, 0], float);
      plant(folder, { "no/1.wav": one, "no/notes.txt": "none", "yes/1.WAV": wav([1, 0], float), "yes/2.wav": one });
      const data = await openSignalFolder(folder, { input: "sound", target: "word", shape: [1, 2] });
      expect([data.size, data.labels]).toEqual([3, ["no", "yes"]]);
      expect(await data.gather([2, 1, 0])).toEqual({
        sound: Float32Array.of(0.5, 0, 1, 0, 0.5, 0),
        word: Int32Array.of(1, 1, 0),
      });
      plant(folder, { "empty/none/a.txt": "" });
      const empty = openSignalFolder(path.join(folder, "empty"), { input: "x", target: "y", shape: [1, 2] });
      await expect(empty).rejects.toThrow("there are no WAV files in none");
    });
  });
});
