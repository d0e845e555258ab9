import * as fs from "node:fs";
import * as path from "node:path";
import { crc32, deflateSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { CnncDataError, openImageFolder, parseIdx, readIdx, readImage } from "../../runtime/index.ts";
import { isFullRun } from "../support/full-run.ts";
import { mutations } from "../support/mutations.ts";
import { withTempFolder } from "../support/paths.ts";

/** Pictures and IDX files that are damaged or hostile: a typed error, in bounded time and memory. */

const shape = [3, 8, 8];
const noise = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => (i * i * 7919) % 251);
const picture = () => sharp(noise, { raw: { width: 32, height: 32, channels: 3 } });

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = [Buffer.alloc(4), Buffer.alloc(4)] as const;
  ends[0].writeUInt32BE(data.length);
  ends[1].writeUInt32BE(crc32(body));
  return Buffer.concat([ends[0], body, ends[1]]);
}

/** A PNG that claims to have so many grey pixels a side, and has none. */
function claimedPng(size: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = 8;
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const data = chunk("IDAT", deflateSync(Buffer.alloc(1000)));
  return Buffer.concat([signature, chunk("IHDR", header), data, chunk("IEND", Buffer.alloc(0))]);
}

describe("a picture", () => {
  it.each(["png", "jpeg", "webp"] as const)("that is a %s cut off anywhere is refused", async (format) => {
    const bytes = await picture().toFormat(format).toBuffer();
    for (const share of [0, 0.01, 0.1, 0.5, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      await expect(readImage(cut, { shape }), `${share}`).rejects.toThrow(CnncDataError);
    }
  });

  it.each([
    ["a text", Buffer.from("hello, world, hello, world")],
    ["a drawing", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ["a document", Buffer.from("%PDF-1.7 and so on, and so on")],
    ["a GIF", Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64")],
  ])("that is %s is refused by name", async (_what, bytes) => {
    await withTempFolder(async (folder) => {
      const file = path.join(folder, "a.png");
      fs.writeFileSync(file, bytes);
      await expect(readImage(file, { shape })).rejects.toThrow(`${file}: not a PNG, JPEG or WebP picture`);
    });
  });

  it.each([20_000, 1_000_000])("that claims %d pixels a side is refused before they are allocated", async (size) => {
    const before = process.memoryUsage().rss;
    const start = performance.now();
    await expect(readImage(claimedPng(size), { shape })).rejects.toThrow(CnncDataError);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  });

  it("that is changed at random gives pixels or a typed error", async () => {
    const png = await picture().png().toBuffer();
    for (const bytes of mutations(png, isFullRun ? 500 : 100)) {
      const outcome = await readImage(bytes, { shape }).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CnncDataError);
      else expect(outcome).toMatchObject({ layout: "hwc" });
    }
  });

  it("of a folder is asked for by a number that there is", async () => {
    await withTempFolder(async (folder) => {
      fs.mkdirSync(path.join(folder, "a"));
      await picture()
        .png()
        .toFile(path.join(folder, "a", "1.png"));
      fs.writeFileSync(path.join(folder, "a", "2.png"), "");
      const data = await openImageFolder(folder, { input: "image", target: "kind", shape });
      expect((await data.gather([0])).image.data).toHaveLength(3 * 8 * 8);
      await expect(data.gather([1])).rejects.toThrow(/2\.png: not a PNG, JPEG or WebP picture/);
      await expect(data.gather([2])).rejects.toThrow("there is no sample 2, the data set has 2");
    });
  });
});

describe("an IDX file", () => {
  const header = (...sizes: number[]) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes[2] = 8;
    bytes[3] = sizes.length;
    sizes.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i));
    return bytes;
  };
  const most = 2 ** 32 - 1;

  it.each([
    ["the sizes' product beyond 2^32", header(2 ** 16, 2 ** 16)],
    ["the sizes' product beyond 2^53", header(most, most, most, most)],
    ["255 sizes", header(...Array<number>(255).fill(most))],
    ["the magic number of another order of bytes", Buffer.from([1, 8, 0, 0, 0, 0, 0, 1, 7])],
  ])("with %s is refused", (_what, bytes) => {
    expect(() => parseIdx(bytes)).toThrow(CnncDataError);
  });

  it("that is compressed and cut off anywhere is refused by name", async () => {
    const sound = gzipSync(Buffer.concat([header(100, 10), Buffer.alloc(1000, 7)]));
    await withTempFolder(async (folder) => {
      const file = path.join(folder, "a.gz");
      fs.writeFileSync(file, sound);
      expect((await readIdx(file)).shape).toEqual([100, 10]);
      for (const length of [0, 1, 2, 9, 20, sound.length - 9, sound.length - 1]) {
        fs.writeFileSync(file, sound.subarray(0, length));
        await expect(readIdx(file), `${length}`).rejects.toThrow(CnncDataError);
        await expect(readIdx(file)).rejects.toThrow(`${file}: `);
      }
    });
  });

  it("that is changed at random gives an array or a typed error", () => {
    for (const bytes of mutations(Buffer.concat([header(4, 3, 2), Buffer.alloc(24)]), 500)) {
      try {
        const { shape: found, data } = parseIdx(bytes);
        expect(data).toHaveLength(found.reduce((product, size) => product * size, 1));
      } catch (error) {
        expect(error).toBeInstanceOf(CnncDataError);
      }
    }
  });
});
