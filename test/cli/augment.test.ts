import * as fs from "node:fs";
import * as path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { augmentingOf } from "../../compiler/lower/augment.ts";
import { augmentedPicture } from "../../compiler/reference/augmented-picture.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import { readMnist } from "../../runtime/index.ts";
import { plant, root, withTempFolder } from "../support/paths.ts";
import { cnnc, cnncJson } from "./cnnc.ts";

const data = "examples/data";
const line = "augment image -> rotate(20deg) -> shift(0.1) -> contrast(0.5..1.5) -> noise(0.1) -> cutout(0.3)";

/** A classifier of pictures with some train section. */
function network(train: string, shape = "1, 28, 28", classes = 10): string {
  const channels = shape.startsWith("3") ? 3 : 1;
  const list = (x: string): string => `[${Array.from({ length: channels }, () => x).join(", ")}]`;
  return `cnn 1
model M {
  input image: u8[${shape}]
  y = image -> normalize(mean=${list("0")}, std=${list("1")}) -> flatten -> dense(${classes})
  output kind: class[${classes}] = y -> softmax
  ${train}
}
`;
}
const training = (augment: string): string =>
  `train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.1)  epochs = 1  ${augment} }`;

const readSheet = (file: string) => sharp(file).raw().toBuffer({ resolveWithObject: true });
type Sheet = Awaited<ReturnType<typeof readSheet>>;

/** The pixel (h, w) of a picture of a sheet, channel by channel: pictures enlarged by `factor`, gaps of 4. */
function pixelOf({ data: bytes, info }: Sheet, row: number, column: number, h: number, w: number, side: number) {
  const factor = Math.floor(128 / side);
  const step = side * factor + 4;
  const left = 4 + column * step + (column > 0 ? 4 : 0);
  const at = ((4 + row * step + h * factor + 1) * info.width + left + w * factor + 1) * info.channels;
  return Array.from(bytes.subarray(at, at + info.channels));
}

describe("cnnc augment", () => {
  test("draws a row for each picture: as it is, then the variants of the first steps", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, { "net.cnn": network(training(line)) });
      const [file, preview] = [path.join(folder, "net.cnn"), path.join(folder, "sheet.png")];
      const args = ["augment", file, "--data", data, "--preview", preview, "--count", "3", "--variants", "2"];
      // No compiler is needed.
      const { code, stdout, stderr } = await cnnc([...args, "--seed", "9"], { env: { CXX: "/nowhere/g++" } });
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toBe(`3 pictures, each as it is and in 2 variants, in ${preview}\n`);
      expect(fs.readdirSync(folder).sort()).toEqual(["net.cnn", "sheet.png"]);

      const sheet = await readSheet(preview);
      expect([sheet.info.width, sheet.info.height]).toEqual([4 + 3 * 116 + 4, 4 + 3 * 116]);
      const { images } = await readMnist(path.join(root, data), "train");
      const [model] = modelsOf(fs.readFileSync(file, "utf8"));
      const augmenting = augmentingOf(model!.train!.augments[0]!, model!.inputs[0]!.type);
      for (let row = 0; row < 3; row++) {
        const at = Math.floor((row * images.shape[0]!) / 3) * 784;
        const picture = images.data.subarray(at, at + 784);
        const variants = [0, 1].map((step) =>
          augmentedPicture(augmenting, [1, 28, 28], picture, { seed: 9, step, sample: row }),
        );
        for (const [column, wanted] of [picture, ...variants].entries())
          for (const [h, w] of [
            [14, 14],
            [3, 20],
            [25, 9],
          ] as const)
            expect(pixelOf(sheet, row, column, h, w, 28)[0]).toBe(Uint8ClampedArray.of(wanted[h * 28 + w]!)[0]);
      }
    });
  });

  test("draws colours, from folders of pictures, no more than there are", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, { "net.cnn": network(training("augment image -> flip(horizontal, p=1)"), "3, 8, 8", 2) });
      const pixels = Uint8Array.from({ length: 192 }, (_, i) => (i * 7) % 256);
      for (const label of ["0", "1"]) {
        fs.mkdirSync(path.join(folder, "train", label), { recursive: true });
        await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
          .png()
          .toFile(path.join(folder, "train", label, "a.png"));
      }
      const preview = path.join(folder, "sheet.png");
      const args = ["augment", path.join(folder, "net.cnn"), "--data", folder, "--preview", preview, "--variants", "1"];
      expect(await cnncJson(args)).toEqual({ preview, pictures: 2, variants: 1, seed: 0 });
      const sheet = await readSheet(preview);
      expect(sheet.info.channels).toBe(3);
      const original = Array.from(pixels.subarray(3 * (8 * 5 + 2), 3 * (8 * 5 + 3)));
      expect(pixelOf(sheet, 1, 0, 5, 2, 8)).toEqual(original);
      expect(pixelOf(sheet, 1, 1, 5, 5, 8)).toEqual(original);
    });
  });

  test.each([
    ["no augment line", training(""), "sheet.png", "M trains on its pictures as they are"],
    ["no train section", "", "sheet.png", "M has no train section"],
    ["a folder that is not there", training(line), "nowhere/sheet.png", "cannot be written there"],
    ["a folder as the file", training(line), ".", "is a folder; --preview names a PNG file"],
  ])("says what is wrong with %s", async (_, train, preview, message) => {
    await withTempFolder(async (folder) => {
      plant(folder, { "net.cnn": network(train) });
      const args = ["augment", path.join(folder, "net.cnn"), "--data", data, "--preview", path.join(folder, preview)];
      const { code, stderr } = await cnnc(args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(fs.readdirSync(folder)).toEqual(["net.cnn"]);
    });
  });

  test("reports what the file gets wrong", async () => {
    const file = "test/check/cases/CNN202-augmentation.cnn";
    const { code, stderr } = await cnnc(["augment", file, "--data", data, "--preview", "sheet.png"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("did you mean `rotate`?")]);
  });
});

describe("cnnc train with augmentation", () => {
  test("varies the pictures, and with --no-augment does not", async () => {
    await withTempFolder(async (folder) => {
      plant(folder, { "varied.cnn": network(training(line)), "plain.cnn": network(training("")) });
      const trained = async (name: string, ...more: readonly string[]): Promise<Buffer> => {
        const out = path.join(folder, "weights.safetensors");
        const args = ["train", path.join(folder, `${name}.cnn`), "--data", data, "--out", out, ...more];
        const { code, stderr } = await cnnc(args);
        expect([code, stderr]).toEqual([0, ""]);
        return fs.readFileSync(out);
      };
      const plain = await trained("plain");
      expect((await trained("varied", "--no-augment")).equals(plain)).toBe(true);
      const varied = await trained("varied");
      expect(varied.equals(plain)).toBe(false);
      expect((await trained("varied", "--threads", "1")).equals(varied)).toBe(true);
    });
  });
});
