import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { openImageFolder } from "../../runtime/data/image-folder.ts";
import { readImage, readImages } from "../../runtime/data/image.ts";
import { CnncDataError } from "../../runtime/errors.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnc-image-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** 4×2: a red half and a blue half. */
const pixels = Buffer.from([..."rrbbrrbb"].flatMap((c) => (c === "r" ? [255, 0, 0] : [0, 0, 255])));
const picture = () => sharp(pixels, { raw: { width: 4, height: 2, channels: 3 } });

describe("readImage", () => {
  it("decodes a PNG as it is", async () => {
    const { data, layout } = await readImage(await picture().png().toBuffer(), { shape: [3, 2, 4] });
    expect(layout).toBe("hwc");
    expect([...data]).toEqual([...pixels]);
  });

  it.each(["jpeg", "webp"] as const)("decodes %s to about the same", async (format) => {
    const bytes = await picture().toFormat(format, { quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
    const { data } = await readImage(bytes, { shape: [3, 2, 4] });
    expect(data.length).toBe(24);
    expect(data[0]).toBeGreaterThan(180);
    expect(data[23]).toBeGreaterThan(180);
  });

  it("turns grey and resizes", async () => {
    const png = await picture().png().toBuffer();
    const grey = await readImage(png, { shape: [1, 2, 4] });
    expect(grey.data.length).toBe(8);
    expect(grey.data[0]).toBeGreaterThan(grey.data[3]!);
    expect((await readImage(png, { shape: [8, 8], fit: "fill" })).data.length).toBe(64);
  });

  it("gives three equal channels for a grey picture", async () => {
    const grey = await picture().greyscale().png().toBuffer();
    const { data } = await readImage(grey, { shape: [3, 2, 4] });
    expect(data.length).toBe(24);
    expect(data[0]).toBe(data[1]);
  });

  it("drops transparency", async () => {
    const clear = await picture().ensureAlpha(0.5).png().toBuffer();
    expect((await readImage(clear, { shape: [3, 2, 4] })).data.length).toBe(24);
  });

  it("makes a batch", async () => {
    const png = await picture().png().toBuffer();
    expect((await readImages([png, png], { shape: [3, 2, 4] })).data.length).toBe(48);
  });

  it("refuses what is no picture, by name", async () => {
    const file = path.join(folder, "text.png");
    fs.writeFileSync(file, "hello");
    await expect(readImage(file, { shape: [3, 2, 4] })).rejects.toThrow(/text\.png: /);
    await expect(readImage(file, { shape: [4, 2, 4] })).rejects.toThrow(CnncDataError);
  });
});

describe("openImageFolder", () => {
  it("has a label per folder", async () => {
    for (const label of ["red", "blue"]) {
      const background = label;
      const image = sharp({ create: { width: 3, height: 3, channels: 3, background } });
      fs.mkdirSync(path.join(folder, "kinds", label), { recursive: true });
      await image.png().toFile(path.join(folder, "kinds", label, "a.png"));
    }
    const names = { input: "image", target: "kind", shape: [3, 1, 1] } as const;
    const data = await openImageFolder(path.join(folder, "kinds"), names);
    expect(data.labels).toEqual(["blue", "red"]);
    const { image, kind } = await data.gather([1, 0]);
    expect([...image.data]).toEqual([255, 0, 0, 0, 0, 255]);
    expect([...kind]).toEqual([1, 0]);
    // A second folder is numbered as the first, not by what it happens to have.
    const red = { ...names, labels: ["green", "red"] };
    await expect(openImageFolder(path.join(folder, "kinds"), red)).rejects.toThrow(/green/);
    const some = await openImageFolder(path.join(folder, "kinds"), { ...red, mayLack: true });
    expect([...(await some.gather([0])).kind]).toEqual([1]);
    await expect(openImageFolder(path.join(folder, "none"), names)).rejects.toThrow(CnncDataError);
  });
});
