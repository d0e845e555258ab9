import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { parseIdx, readIdx, readLabelledImages, readMnist } from "../../runtime/data/idx.ts";
import { labelledImagesDataset } from "../../runtime/data/labelled-images-dataset.ts";
import { CnncDataError } from "../../runtime/errors.ts";
import { idx } from "../support/idx.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-idx-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const pictures = idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
const classes = idx([2], [9, 3]);

function put(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

describe("an IDX file", () => {
  it("has a shape and bytes", () => {
    const { shape, data } = parseIdx(pictures);
    expect(shape).toEqual([2, 2, 2]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("may be compressed, whatever its name", async () => {
    expect([...(await readIdx(put("c1", gzipSync(classes)))).data]).toEqual([9, 3]);
    expect([...(await readIdx(put("c2.gz", classes))).data]).toEqual([9, 3]);
  });

  it.each([
    ["another file", Buffer.from("hello, world"), /not an IDX file/],
    ["nothing", Buffer.alloc(0), /not an IDX file/],
    ["floats", idx([2], [9, 3], 0x0d), /type 13/],
    ["no dimensions", idx([], []), /ends within its dimensions/],
    ["half its dimensions", pictures.subarray(0, 10), /ends within its dimensions/],
    ["half its pictures", pictures.subarray(0, 18), /cut off: 2×2×2 is 8 bytes, it has 2/],
    ["more than its pictures", Buffer.concat([pictures, Buffer.alloc(1)]), /too long/],
  ])("with %s is refused", (_what, bytes, message) => {
    expect(() => parseIdx(bytes, "x")).toThrow(CnncDataError);
    expect(() => parseIdx(bytes, "x")).toThrow(message);
  });

  it("with a broken compression is refused by name", async () => {
    const file = put("cut.gz", gzipSync(pictures).subarray(0, 20));
    await expect(readIdx(file)).rejects.toThrow(/cut\.gz: /);
    await expect(readIdx(path.join(folder, "none"))).rejects.toThrow(CnncDataError);
  });
});

describe("a folder like MNIST's", () => {
  it("is found with and without .gz", async () => {
    put("train-images-idx3-ubyte.gz", gzipSync(pictures));
    put("train-labels-idx1-ubyte", classes);
    const data = labelledImagesDataset(await readMnist(folder, "train"), {
      input: "image",
      target: "digit",
      shape: [1, 2, 2],
    });
    expect(data.size).toBe(2);
    const batch = await data.gather([1, 0, 1]);
    expect([...batch.image]).toEqual([5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...batch.digit]).toEqual([3, 9, 3]);
  });

  it("says which file is missing", async () => {
    await expect(readMnist(folder, "test")).rejects.toThrow(/neither t10k-images-idx3-ubyte nor/);
  });

  it("must have as many labels as pictures", async () => {
    const labels = put("three", idx([3], [1, 2, 3]));
    await expect(readLabelledImages(put("two", pictures), labels)).rejects.toThrow(/2 pictures.*3 labels/);
  });

  it("must have pictures of the model's size", async () => {
    const images = await readMnist(folder, "train");
    const names = { input: "image", target: "digit", shape: [1, 28, 28] };
    expect(() => labelledImagesDataset(images, names)).toThrow(/pictures are 2×2, image needs 1×28×28/);
  });

  it("must have labels that name classes, where it is told how many there are", async () => {
    const images = await readMnist(folder, "train");
    const names = { input: "image", target: "digit", classes: 9 };
    expect(() => labelledImagesDataset(images, names)).toThrow(
      `${path.join(folder, "train-labels-idx1-ubyte")}: sample 0 has 9, which is no class of digit: an index below 9`,
    );
    expect(labelledImagesDataset(images, { ...names, classes: 10 }).size).toBe(2);
  });
});
