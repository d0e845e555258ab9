import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import type { ModelClass } from "../../runtime/index.ts";
import { readText } from "../support/paths.ts";
import { batchOf, buildLeNet, clothes, suiteFolder, type LeNetTypes } from "./lenet.ts";
import { checkForward, checkLoss, expectClose } from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const folder = suiteFolder();
let LeNet: ModelClass<LeNetTypes>;
beforeAll(async () => {
  ({ LeNet } = await buildLeNet(folder));
});

/** Weights after some steps, as bytes; and the losses on the way. */
async function train(threads: number, steps: number, seed = 3): Promise<{ weights: Buffer[]; losses: number[] }> {
  const data = await clothes("train");
  using net = await LeNet.load({ seed, threads });
  const trainer = net.trainer({ seed, totalSteps: steps });
  const losses = Array.from({ length: steps }, (_, i) => trainer.stepSync(batchOf(data, i)).loss);
  const weights = net.parameters.names.map((name) => Buffer.from(net.parameters.get(name).buffer));
  return { weights, losses };
}

describe("LeNet on clothes", () => {
  it("has the same weights to the bit on 1, 2 and 4 threads", async () => {
    const steps = 250;
    const one = await train(1, steps);
    expect(one.losses.at(-1)!).toBeLessThan(one.losses[0]! / 2);
    expect(one.losses.every(Number.isFinite)).toBe(true);
    for (const threads of [2, 4]) {
      const other = await train(threads, steps);
      expect(other.losses).toEqual(one.losses);
      other.weights.forEach((bytes, i) => expect(bytes.equals(one.weights[i]!)).toBe(true));
    }
  });

  it("has other weights with another seed", async () => {
    const [one, other] = [await train(2, 2, 3), await train(2, 2, 4)];
    expect(one.weights.every((bytes, i) => bytes.equals(other.weights[i]!))).toBe(false);
  });

  it("predicts the same for a picture alone and within a batch, on any number of threads", async () => {
    const { images } = await clothes("test");
    const count = 150;
    using net = await LeNet.load({ seed: 1, threads: 1 });
    using wide = await LeNet.load({ seed: 1, threads: 4 });
    const all = net.predictSync({ image: images.subarray(0, count * 784) }).clothing;
    const threaded = wide.predictSync({ image: images.subarray(0, count * 784) }).clothing;
    expect(threaded.probabilities).toEqual(all.probabilities);
    for (const i of [0, 7, 63, 64, 149]) {
      const alone = net.predictSync({ image: images.subarray(i * 784, (i + 1) * 784) }).clothing;
      // A lone picture goes through narrower tiles, whose sums have another order.
      expectClose(alone.probabilities, all.probabilities.subarray(i * 10, (i + 1) * 10), 1e-6);
    }
  });
});

describe("LeNet without dropout", () => {
  const text = readText("examples/lenet/lenet.cnn").replace("dropout(0.25)", "dropout(0)");
  const [model] = modelsOf(text, "lenet.cnn");

  it("predicts and has the gradients of the float64 reference, through all layers", async () => {
    const addon = await buildQuickly("lenet_reference", [model!], nativeIsa());
    checkForward(addon, model!, 3, 2);
    checkLoss(addon, model!, 2, 8);
  });
});

describe("Fashion-ResNet, narrow, without dropout and augmentation", () => {
  const blocks = readText("examples/fashion-resnet/blocks.cnn").replace("cnn 1", "");
  const text = readText("examples/fashion-resnet/fashion-resnet.cnn")
    .replace(/^import .*$/m, blocks)
    .replace("width=24, dropout=0.1", "width=4, dropout=0")
    .replace(/^ *augment .*$/m, "");
  const [model] = modelsOf(text, "fashion-resnet.cnn");

  it("predicts and has the gradients of the float64 reference, through all layers", async () => {
    const addon = await buildQuickly("fashion_resnet_reference", [model!], nativeIsa());
    checkForward(addon, model!, 3, 2);
    checkLoss(addon, model!, 3, 4);
  });
});
