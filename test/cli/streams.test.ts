import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npy } from "../support/npy.ts";
import { plant } from "../support/paths.ts";
import { tar } from "../support/tar.ts";
import { cnnc, cnncJson } from "./cnnc.ts";

/** Data in shards, tables and NPY files: the same pictures train the same network to the same bits. */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-streams-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => path.join(folder, ...names);

const network = `model Stripes {
  input image: u8[1, 8, 8]
  logits = image -> normalize(mean=[0.5], std=[0.5]) -> conv(4, kernel=3, pad=1) -> relu -> max_pool(2)
    -> flatten -> dropout(0.1) -> dense(2)
  output kind: class("across", "down") = softmax(logits)
  train { loss = cross_entropy(logits, kind)  optimizer = sgd(lr=0.1, momentum=0.9)  batch = 8  epochs = 12 }
}`;
const labels = ["across", "down"];

interface Sample {
  readonly pixels: Uint8Array;
  readonly kind: number;
  readonly png: Buffer;
}

/** Stripes across or down, of some width, beginning somewhere. */
function samplesOf(count: number, seed: number): Promise<Sample[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const [kind, width, start] = [i % 2, 1 + ((i + seed) % 3), (i * 7 + seed) % 5];
      const pixels = Uint8Array.from({ length: 64 }, (_, at) => {
        const place = kind === 0 ? at >> 3 : at & 7;
        return ((place + start) / width) & 1 ? 220 - i : 30 + i;
      });
      const png = await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
        .png()
        .toBuffer();
      return { pixels, kind, png };
    }),
  );
}

type Files = Record<string, string | Uint8Array>;

function shard(samples: readonly Sample[]): Buffer {
  const members = samples.flatMap(({ png, kind }, i): [string, string | Uint8Array][] => [
    [`${i}.png`, png],
    [`${i}.cls`, String(kind)],
  ]);
  return tar(Object.fromEntries(members));
}

/** Each way to give the parts of the data: files by name. */
const forms: Readonly<Record<string, (part: string, samples: readonly Sample[]) => Files>> = {
  shards: (part, samples) => ({
    [`${part}-000000.tar`]: shard(samples.slice(0, 9)),
    [`${part}-000001.tar`]: shard(samples.slice(9)),
  }),
  "a folder of shards": (part, samples) => ({ [`${part}/0.tar`]: shard(samples) }),
  "a table": (part, samples) => ({
    ...Object.fromEntries(samples.map(({ png }, i) => [`pictures/${part}${i}.png`, png])),
    [`${part}.csv`]: ["path,label", ...samples.map(({ kind }, i) => `pictures/${part}${i}.png,${labels[kind]}`)].join(
      "\n",
    ),
  }),
  "NPY files": (part, samples) => ({
    [`${part}-image.npy`]: npy("|u1", [samples.length, 1, 8, 8], Buffer.concat(samples.map(({ pixels }) => pixels))),
    [`${part}-kind.npy`]: npy(
      "<i8",
      [samples.length],
      BigInt64Array.from(samples, ({ kind }) => BigInt(kind)),
    ),
  }),
};

let file = "";
let train: readonly Sample[] = [];
beforeAll(async () => {
  plant(folder, { "stripes.cnn": network });
  file = at("stripes.cnn");
  train = await samplesOf(50, 1);
  const test = await samplesOf(20, 2);
  for (const [name, files] of Object.entries(forms))
    plant(at(name), { ...files("train", train), ...files("test", test) });
});

const common = (data: string, out: string): string[] => ["train", file, "--data", data, "--seed", "3", "--out", out];

describe("pictures and classes", () => {
  test("in shards, tables and NPY files train a network to the same bits, on any number of threads", async () => {
    const runs = Object.keys(forms).map((name, i) => ({ name, threads: String(1 + (i % 3)) }));
    const weights: Buffer[] = [];
    for (const { name, threads } of runs) {
      const out = at(`${name}.safetensors`);
      const args = [...common(at(name), out), "--validation", "0", "--threads", threads];
      const { test: measured } = await cnncJson<{ test: { samples: number; top1: number } }>(args);
      expect([name, measured.samples]).toEqual([name, 20]);
      expect(measured.top1).toBeGreaterThan(0.9);
      weights.push(fs.readFileSync(out));
      const { top1 } = await cnncJson<{ top1: number }>(["eval", file, "--data", at(name), "--weights", out]);
      expect(top1).toBe(measured.top1);
    }
    for (const other of weights.slice(1)) expect(other.equals(weights[0]!)).toBe(true);
  });

  test("in shards go on in the middle of an epoch as if there had been no stop", async () => {
    const [whole, half] = [at("whole.safetensors"), at("half.safetensors")];
    const long = (out: string) => [...common(at("shards"), out), "--epochs", "20", "--batch", "1"];
    expect(await cnnc([...long(whole), "--quiet"])).toMatchObject({ code: 0 });
    const stopped = await cnnc(long(half), {
      onOutput: (stdout, kill) => void (stdout.includes("epoch  2/20") && kill("SIGTERM")),
    });
    expect(stopped.code).toBe(143);
    const resumed = await cnnc(["train", file, "--data", at("shards"), "--resume", half, "--out", half, "--quiet"]);
    expect(resumed.code).toBe(0);
    expect(fs.readFileSync(half).equals(fs.readFileSync(whole))).toBe(true);
  });

  test("may have a part that is set aside by their maker", async () => {
    const own = at("own");
    plant(own, { ...forms["shards"]!("train", train), ...forms["a table"]!("validation", train.slice(0, 6)) });
    const out = at("own.safetensors");
    const { epochs } = await cnncJson<{ epochs: { validation?: { top1: number } }[] }>(common(own, out));
    expect(epochs.at(-1)!.validation!.top1 * 6).toBeCloseTo(Math.round(epochs.at(-1)!.validation!.top1 * 6));
  });
});

describe("data with a fault", () => {
  const run = (files: Files, ...more: string[]) => {
    const data = fs.mkdtempSync(at("fault-"));
    plant(data, files);
    return cnnc([
      "train",
      file,
      "--data",
      data,
      "--validation",
      "0",
      "--epochs",
      "1",
      "--out",
      at("fault.safetensors"),
      ...more,
    ]);
  };
  const good = () => ({ "1.png": train[0]!.png, "1.cls": "0", "2.png": train[1]!.png, "2.cls": "1" });

  test("a damaged picture is named with what can be done, or left out where that is wished", async () => {
    const files = { "train-0.tar": tar({ ...good(), "3.png": train[0]!.png.subarray(0, 70), "3.cls": "1" }) };
    const { code, stderr } = await run(files);
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: \S*train-0\.tar: 3\.png: .+\nhelp: put a sound picture there, or .*--skip-corrupt/);
    const skipped = await run(files, "--skip-corrupt");
    expect(skipped.code).toBe(0);
    const told = skipped.stderr.split("\n").filter((line) => line.includes("3.png"));
    expect(told).toEqual([expect.stringMatching(/^warning: .*train-0\.tar: 3\.png: .*takes its place \(1 so far\)$/)]);
  });

  test.each<[string, () => Files, RegExp]>([
    [
      "a shard without a label",
      () => ({ "train-0.tar": tar({ ...good(), "3.png": train[0]!.png }) }),
      /train-0\.tar: sample 3 has no kind: it needs \.cls or .*, and has \.png/,
    ],
    [
      "a shard that is cut off",
      () => ({ "train-0.tar": tar(good()).subarray(0, 1200) }),
      /train-0\.tar: it is cut off/,
    ],
    [
      "a label that the model lacks",
      () => ({ "train.csv": "path,label\na.png,slanted", "a.png": train[0]!.png }),
      /train\.csv:2: "slanted" is no class of kind: a label, or its index below 2/,
    ],
    [
      "a table without labels",
      () => ({ "train.csv": "path\na.png" }),
      /train\.csv: no column is named kind or label; its first line names path/,
    ],
    [
      "NPY files without labels",
      () => ({ "train-image.npy": npy("|u1", [1, 1, 8, 8], new Uint8Array(64)) }),
      /train-kind\.npy: ENOENT/,
    ],
    [
      "nothing",
      () => ({ "a.txt": "" }),
      /holds no data[^]*shards \(train-000000\.tar, …\), a table \(train\.csv\) or NPY/,
    ],
  ])("%s is an error that names it", async (_what, files, message) => {
    const { code, stderr } = await run(files());
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
  });
});
