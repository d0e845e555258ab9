import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashName, RandomStream } from "../../runtime/random/philox.ts";
import { plant } from "../support/paths.ts";
import { wav } from "../support/wav.ts";
import { cnnc, cnncJson } from "./cnnc.ts";

const network = "examples/audio-cnn/audio-cnn.cnn";
const rate = 8000;
const length = 4000;
/** The example, for half a second at half its rate, and narrow. */
const settings = Object.entries({ classes: 3, width: 4, rate, samples: length, bands: 32 }).flatMap(([name, value]) => [
  "--set",
  `${name}=${value}`,
]);

/** How the frequency moves in half a second, as a factor. */
const kinds = { falling: 1 / 2, rising: 2, steady: 1 } as const;

/** A tone whose frequency moves evenly on a logarithmic scale, somewhere, with noise. */
function tone(kind: keyof typeof kinds, name: string): Float64Array {
  const random = new RandomStream(1, hashName(name));
  const [loudness, noise] = [0.1 + 0.7 * random.uniform(), 0.05 * random.uniform()];
  const middle = 400 + 1200 * random.uniform();
  let phase = 2 * Math.PI * random.uniform();
  return Float64Array.from({ length }, (_, i) => {
    const frequency = middle * kinds[kind] ** (i / length - 0.5);
    phase += (2 * Math.PI * frequency) / rate;
    return loudness * Math.sin(phase) + noise * (2 * random.uniform() - 1);
  });
}

function sounds(part: string, count: number): Record<string, Uint8Array> {
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const files = names.flatMap((kind) =>
    Array.from({ length: count }, (_, i) => {
      const name = `${part}/${kind}/${i}.wav`;
      return [name, wav(tone(kind, name), { rate })] as const;
    }),
  );
  return Object.fromEntries(files);
}

let folder = "";
let weights = "";
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-sounds-"));
  plant(folder, { ...sounds("train", 96), ...sounds("test", 40) });
  weights = path.join(folder, "sounds.safetensors");
}, 600_000);

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("sounds", () => {
  test("train a network on folders of WAV files, which then knows the kinds of sounds it has not heard", async () => {
    interface Trained {
      readonly test: { readonly samples: number; readonly top1: number };
    }
    const args = ["--data", folder, "--validation", "0", "--seed", "1", "--epochs", "12", "--out", weights];
    const { test: measured } = await cnncJson<Trained>(["train", network, ...settings, ...args]);
    expect(measured.samples).toBe(120);
    expect(measured.top1).toBeGreaterThan(0.95);
  }, 900_000);

  test("are predicted for, one file or several", async () => {
    const files = Object.keys(kinds).map((kind) => path.join(folder, "test", kind, "0.wav"));
    interface Predicted {
      readonly source: string;
      readonly outputs: { readonly word: { readonly label: string; readonly index: number } };
    }
    const args = ["predict", network, ...settings, "--weights", weights, ...files];
    const results = await cnncJson<Predicted[]>(args);
    expect(results.map(({ source, outputs }) => [source, outputs.word.index])).toEqual(
      files.map((file, i) => [file, i]),
    );
  }, 900_000);

  test("of another length are made to fit, and that is told; of another rate or damaged they are refused", async () => {
    const short = path.join(folder, "short.wav");
    const slow = path.join(folder, "slow.wav");
    const damaged = path.join(folder, "damaged.wav");
    const samples = tone("steady", "short").subarray(0, 3000);
    fs.writeFileSync(short, wav(samples, { rate, bits: 24 }));
    fs.writeFileSync(slow, wav(samples, { rate: 4000 }));
    fs.writeFileSync(damaged, wav(samples, { rate }).subarray(0, 1000));
    const predict = (file: string) => cnnc(["predict", network, ...settings, "--weights", weights, file]);
    const told = await predict(short);
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(/^sample +word\n[─ ]+\nshort\.wav +\d/);
    expect(told.stderr).toContain(
      `warning: ${short} has 3000 samples, the network takes 4000: zeros follow, here and in other files\n`,
    );
    const refused = await predict(slow);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${slow}: 4000 samples a second, the network takes 8000; convert the file`);
    expect((await predict(damaged)).stderr).toContain(`${damaged}: the file is cut off`);
  }, 900_000);
});
