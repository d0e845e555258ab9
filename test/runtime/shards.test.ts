import * as fs from "node:fs";
import * as path from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import {
  CnncDataError,
  openShards,
  type CorruptPicture,
  type Manifest,
  type ShardOptions,
} from "../../runtime/index.ts";
import { epochOrder } from "../../runtime/data/epoch-order.ts";
import { npy } from "../support/npy.ts";
import { withTempFolder } from "../support/paths.ts";
import { tar } from "../support/tar.ts";

type Ends = Pick<Manifest, "inputs" | "outputs" | "train">;
type Files = Readonly<Record<string, string | Uint8Array>>;
type Batch = Readonly<Record<string, unknown>>;

const targets = (...names: string[]) => ({ targets: names }) as unknown as NonNullable<Manifest["train"]>;
const picture = { name: "image", dtype: "u8", shape: [1, 2, 2] } as const;
const kind = { name: "kind", kind: "class", shape: [2], labels: ["cat", "dog"] } as const;
const classes: Ends = { inputs: [picture], outputs: [kind], train: targets("kind") };

/** A PNG of one grey. */
function grey(value: number, size = 2): Promise<Buffer> {
  const background = { r: value, g: value, b: value };
  return sharp({ create: { width: size, height: size, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Opens shards `0.tar`, `1.tar`, … of these files and does something with them. */
function withShards<T>(
  shards: readonly Files[],
  manifest: Ends,
  use: (data: Awaited<ReturnType<typeof openShards>>, folder: string) => T | Promise<T>,
  options: ShardOptions = {},
): Promise<T> {
  return withTempFolder(async (folder) => {
    const files = shards.map((_, i) => path.join(folder, `${i}.tar`));
    shards.forEach((shard, i) => fs.writeFileSync(files[i]!, tar(shard)));
    return use(await openShards(files, { manifest }, options), folder);
  });
}

const gather = (shards: readonly Files[], manifest: Ends, indices: readonly number[], options?: ShardOptions) =>
  withShards(shards, manifest, async (data) => (await data.gather(indices)) as unknown as Batch, options);

let [dark, light]: Buffer[] = [];
beforeAll(async () => {
  [dark, light] = [await grey(10), await grey(200)];
});

describe("shards", () => {
  it("have samples of files that follow each other, in the order of shards", async () => {
    const first = { "a/1.png": dark!, "a/1.cls": "0", "a/2.png": light!, "a/2.cls": "1\n" };
    const batch = await gather([first, { "1.png": light!, "1.cls": "0" }], classes, [2, 1, 0]);
    expect(batch).toEqual({
      image: { data: Uint8Array.from([200, 200, 10].flatMap((it) => [it, it, it, it])), layout: "hwc" },
      kind: Int32Array.of(0, 1, 0),
    });
  });

  it.each([
    ["cls", "1"],
    ["txt", "dog"],
    ["txt", "1"],
    ["json", '{ "kind": "dog", "age": 7 }'],
    ["json", "1"],
    ["npy", npy("<i8", [], BigInt64Array.of(1n))],
    ["kind.txt", "dog"],
  ])("have classes in .%s: %s", async (ending, content) => {
    const { kind: found } = await gather([{ "1.PNG": light!, [`1.${ending}`]: content }], classes, [0]);
    expect(found).toEqual(Int32Array.of(1));
  });

  it("have numbers, tokens, labels, masks and bytes", async () => {
    const all: Ends = {
      inputs: [
        { name: "words", dtype: "tokens", shape: [3], below: 9 },
        { name: "sizes", dtype: "f32", shape: [2] },
        { name: "bytes", dtype: "u8", shape: [5] },
      ],
      outputs: [
        { name: "tags", kind: "labels", shape: [3], labels: ["a", "b", "c"] },
        { name: "area", kind: "mask", shape: [1, 2, 2] },
        { name: "price", kind: "tensor", shape: [1] },
        { name: "unused", kind: "tensor", shape: [1] },
      ],
      train: targets("tags", "area", "price"),
    };
    const files = {
      "1.words.txt": "1 2,3",
      "1.sizes.npy": npy("<f4", [2], Float32Array.of(0.5, 2)),
      "1.bytes.npy": npy("|u1", [5], Uint8Array.of(1, 2, 3, 4, 5)),
      "1.tags.json": '["c", "a"]',
      "1.area.png": await grey(255),
      "1.price.txt": "7.5",
    };
    expect(await gather([files], all, [0])).toEqual({
      words: Int32Array.of(1, 2, 3),
      sizes: Float32Array.of(0.5, 2),
      bytes: Uint8Array.of(1, 2, 3, 4, 5),
      tags: Float32Array.of(1, 0, 1),
      area: Float32Array.of(1, 1, 1, 1),
      price: Float32Array.of(7.5),
    });
  });

  it("have pictures as arrays too, in their order of elements", async () => {
    const array = npy("|u1", [1, 2, 2], Uint8Array.of(1, 2, 3, 4));
    expect((await gather([{ "1.npy": array, "1.cls": "0" }], classes, [0]))["image"]).toEqual(
      Uint8Array.of(1, 2, 3, 4),
    );
    const mixed = { "1.npy": array, "1.cls": "0", "2.png": dark!, "2.cls": "0" };
    await expect(gather([mixed], classes, [0, 1])).rejects.toThrow("2.png: some samples are pictures, others arrays");
  });

  it.each<[string, Files, string]>([
    [
      "without a label",
      { "1.png": "", "1.cls": "0", "a/2.png": "" },
      "0.tar: sample a/2 has no kind: it needs .cls or .txt or .json or .npy (or .kind.cls), and has .png; the files of a sample",
    ],
    ["without a picture", { "1.cls": "0" }, "sample 1 has no image: it needs .jpg or .jpeg or .webp or .png or .npy"],
    ["whose files are apart", { "1.png": "", "2.png": "", "1.cls": "0", "2.cls": "0" }, "sample 1 has no kind"],
    ["of nothing", { README: "hello", ".hidden": "" }, "0.tar: there are no samples in it"],
  ])("%s are refused when they are opened", async (_what, files, message) => {
    await expect(gather([files], classes, [])).rejects.toThrow(CnncDataError);
    await expect(gather([files], classes, [])).rejects.toThrow(message);
  });

  it("with one file for two fields are refused, with their names", async () => {
    const two: Ends = { ...classes, inputs: [picture, { ...picture, name: "other" }] };
    const message = "sample 1 has one .png for both image and other; name its members 1.image.png and 1.other.…";
    await expect(gather([{ "1.png": dark!, "1.cls": "0" }], two, [])).rejects.toThrow(message);
    const named = { "1.image.png": dark!, "1.other.png": light!, "1.cls": "0" };
    expect(Object.keys(await gather([named], two, [0]))).toEqual(["image", "other", "kind"]);
  });

  it.each<[string, Files, string]>([
    ["an unknown class", { "1.txt": "cow" }, '0.tar: 1.txt: "cow" is no class of kind: a label, or its index below 2'],
    ["a class too high", { "1.cls": "2" }, "0.tar: 1.cls: 2 is no class of kind"],
    ["a name for a number", { "1.cls": "dog" }, '0.tar: 1.cls: "dog" is no class of kind'],
    ["JSON without the class", { "1.json": "{}" }, '0.tar: 1.json: there is no "kind" in it'],
    ["half a class", { "1.json": "0.5" }, "0.tar: 1.json: 0.5 is no whole number"],
    ["JSON that is none", { "1.json": "{" }, "0.tar: 1.json: "],
  ])("with %s are refused when a batch asks for it", async (_what, label, message) => {
    await expect(gather([{ "1.png": dark!, ...label }], classes, [0])).rejects.toThrow(CnncDataError);
    await expect(gather([{ "1.png": dark!, ...label }], classes, [0])).rejects.toThrow(message);
  });
});

describe("a damaged picture in a shard", () => {
  const files = (): Files => ({
    "1.png": dark!,
    "1.cls": "0",
    "2.png": light!.subarray(0, 60),
    "2.cls": "0",
    "3.png": light!,
    "3.cls": "1",
  });

  it("is an error that names shard and file", async () => {
    await expect(gather([files()], classes, [0, 1])).rejects.toThrow(CnncDataError);
    await expect(gather([files()], classes, [0, 1])).rejects.toThrow(/\/0\.tar: 2\.png: ./);
  });

  it("is told of, and the next sound sample takes its place", async () => {
    const told: CorruptPicture[] = [];
    const onCorrupt = (it: CorruptPicture) => told.push(it);
    const batch = await gather([files()], classes, [0, 1, 2], { onCorrupt });
    expect(batch["kind"]).toEqual(Int32Array.of(0, 1, 1));
    expect((batch["image"] as { data: Uint8Array }).data[4]).toBe(200);
    expect(told).toEqual([
      { name: expect.stringMatching(/\/0\.tar: 2\.png$/) as string, reason: expect.any(String) as string },
    ]);
    const message = /no picture of a batch of 2 can be decoded; the first is .*2\.png/;
    await expect(gather([files()], classes, [1, 1], { onCorrupt })).rejects.toThrow(message);
  });
});

describe("shards that are larger than the buffer", () => {
  /** 12 shards of 5 samples of 1 MiB; the first byte of each is its number. */
  const bytes: Ends = { inputs: [{ name: "x", dtype: "u8", shape: [2 ** 20] }], outputs: [] };
  const shards = Array.from({ length: 12 }, (_, shard) =>
    Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => {
        const x = new Uint8Array(2 ** 20).fill(5 * shard + i);
        return [`${i}.npy`, npy("|u1", [x.length], x)];
      }),
    ),
  );

  it("are read in chunks of a few samples, in any order", async () => {
    await withShards(
      shards,
      bytes,
      async (data, folder) => {
        expect(data.size).toBe(60);
        expect([...data.chunks!.starts]).toEqual(Array.from({ length: 12 }, (_, i) => [5 * i, 5 * i + 3]).flat());
        expect(data.chunks!.buffer).toBe(16);
        const order = epochOrder(data, 1, 0);
        for (const sample of order) {
          const { x } = (await data.gather([sample])) as unknown as { x: Uint8Array };
          expect([x[0], x[x.length - 1]]).toEqual([sample, sample]);
        }
        // What is in memory is not read again; all else is.
        fs.truncateSync(path.join(folder, "0.tar"), 1000);
        fs.truncateSync(path.join(folder, "1.tar"), 1000);
        const outcomes = await Promise.allSettled(Array.from({ length: 10 }, async (_, i) => data.gather([i])));
        const failed = outcomes.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
        expect(failed.length).toBeGreaterThan(0);
        for (const { reason } of failed) expect(reason).toEqual(expect.any(CnncDataError));
        expect(String(failed[0]!.reason)).toMatch(/[01]\.tar: it became shorter/);
      },
      { bufferBytes: 16 * 2 ** 20 },
    );
  });

  it("are mixed as if they were arrays where the buffer holds all", async () => {
    await withShards(shards.slice(0, 2), bytes, (data) => expect(data.chunks).toBeUndefined());
  });
});
