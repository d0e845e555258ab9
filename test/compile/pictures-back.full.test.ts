import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { nativeCpu } from "../../compiler/build/toolchain.ts";
import { compile } from "../../compiler/compile.ts";
import { sourceFile } from "../../grammar/index.ts";
import {
  arrayDataset,
  defineModel,
  evaluate,
  fit,
  hashName,
  RandomStream,
  type Input,
  type MaskOutput,
  type ModelClass,
  type ModelTypes,
  type TensorOutput,
} from "../../runtime/index.ts";
import { readText } from "../support/paths.ts";
import { clothes, suiteFolder } from "./lenet.ts";

interface UNetTypes {
  inputs: { image: Input<Uint8Array, readonly [3, 32, 32]> };
  outputs: { mask: MaskOutput<readonly [1, 32, 32]> };
  targets: "mask";
  metrics: "mask.iou" | "mask.dice";
}

interface AutoencoderTypes {
  inputs: { image: Input<Uint8Array, readonly [1, 28, 28]> };
  outputs: { embedding: TensorOutput<readonly [32]>; picture: MaskOutput<readonly [1, 28, 28]> };
  targets: "picture";
  metrics: "picture.iou" | "picture.dice";
}

const folder = suiteFolder();

/** An example with some of its parameters set, built. */
async function built<M extends ModelTypes>(
  name: string,
  set: Readonly<Record<string, number>>,
): Promise<ModelClass<M>> {
  const file = `examples/${name}/${name}.cnn`;
  const { models } = compile(sourceFile(file, readText(file)), { cpus: [nativeCpu()], set });
  const { addon } = await build(models, { name, out: path.join(folder, name) });
  return defineModel<M>(models[0]!.manifest, addon);
}

/** Noise, and on it a disc of a colour; its mask. */
function discs(count: number, size: number, seed: number) {
  const random = new RandomStream(seed, hashName("discs"));
  const image = new Uint8Array(count * 3 * size * size);
  const mask = new Float32Array(count * size * size);
  for (let n = 0; n < count; n++) {
    const radius = size * (0.15 + 0.15 * random.uniform());
    const [y, x] = [size * random.uniform(), size * random.uniform()];
    const colour = [0, 1, 2].map(() => 40 + 80 * random.uniform());
    for (let i = 0; i < size * size; i++) {
      const inside = Math.hypot(Math.floor(i / size) - y, (i % size) - x) < radius;
      mask[n * size * size + i] = Number(inside);
      colour.forEach((value, c) => {
        image[(n * 3 + c) * size * size + i] = 120 * random.uniform() + (inside ? value : 0);
      });
    }
  }
  return arrayDataset({
    image: { data: image, sampleSize: 3 * size * size },
    mask: { data: mask, sampleSize: size * size },
  });
}

describe("U-Net", () => {
  let UNet: ModelClass<UNetTypes>;
  const size = 32;
  beforeAll(async () => {
    UNet = await built("unet", { base: 8, levels: 2, size });
  }, 600_000);

  it("finds discs in pictures that it has not seen", async () => {
    using net = await UNet.load({ seed: 1, threads: 2 });
    await fit(net, discs(400, size, 1), { seed: 1, epochs: 8 });
    const { outputs } = await evaluate(net, discs(40, size, 2));
    expect(outputs["mask"]).toMatchObject({ kind: "mask" });
    expect((outputs["mask"] as { iou: number }).iou).toBeGreaterThan(0.9);
  });
});

describe("the autoencoder", () => {
  let Autoencoder: ModelClass<AutoencoderTypes>;
  beforeAll(async () => {
    Autoencoder = await built("autoencoder", {});
  }, 600_000);

  /** The target of a picture is the picture. */
  const themselves = (images: Uint8Array) => {
    const picture = Float32Array.from(images, (byte) => byte / 255);
    return arrayDataset({ image: { data: images, sampleSize: 784 }, picture: { data: picture, sampleSize: 784 } });
  };

  it("gives clothes back that it has not seen, through 32 numbers", async () => {
    const [train, test] = [await clothes("train"), await clothes("test")];
    using net = await Autoencoder.load({ seed: 1, threads: 2 });
    await fit(net, themselves(train.images.subarray(0, 4000 * 784)), { seed: 1, epochs: 3 });
    const images = test.images.subarray(0, 500 * 784);
    const { embedding, picture } = await net.predict({ image: images });
    expect(embedding).toHaveLength(500 * 32);
    // The share of the variance, around the mean of each pixel, that comes through.
    const [mean, given] = [new Float64Array(784), Float64Array.from(images, (byte) => byte / 255)];
    given.forEach((x, i) => (mean[i % 784]! += x / 500));
    const squares = (of: (i: number) => number) => given.reduce((sum, x, i) => sum + (x - of(i)) ** 2, 0);
    const lost = squares((i) => picture[i]!) / squares((i) => mean[i % 784]!);
    expect(lost).toBeLessThan(0.3);
  });
});
