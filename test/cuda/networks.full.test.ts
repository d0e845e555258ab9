import { describe, expect, it } from "vitest";
import type { CheckOptions } from "../../compiler/check/check.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { withoutKinks } from "../support/without-kinks.ts";
import { exampleModels } from "../zoo/examples.ts";
import { expectToFollow } from "./follows.ts";

/** Of the example that a file has, with these parameters. */
function example(file: string, set: CheckOptions["set"] = {}): CheckedModel {
  const found = exampleModels({ [file]: set }).find((it) => it.file === file);
  expect(found, file).toBeDefined();
  return found!.model;
}

/** Fewer samples give noisier gradients: the learning rate falls with the batch (Goyal et al. 2017, arXiv:1706.02677). */
function atRateOf(batch: number, model: CheckedModel): CheckedModel {
  const { optimizer, ...train } = model.train!;
  const lr = ((optimizer.attributes["lr"] as number) * batch) / train.batch;
  return { ...model, train: { ...train, optimizer: { ...optimizer, attributes: { ...optimizer.attributes, lr } } } };
}

/** An emulated device goes through a sample of ResNet-20 in about a second, forward and backward. */
const minutes = 15 * 60_000;

/** With kinks some of the 100,000 values lie within a rounding of one at every step; without, differences stay at 1e-6. */
describe("networks train twenty steps on the emulated device as on a processor", { timeout: minutes }, () => {
  const steps = 20;
  const resNet = () => atRateOf(4, example("examples/cifar-resnet20/cifar-resnet20.cnn"));
  const uNet = () => example("examples/unet/unet.cnn", { size: 32, base: 8 });

  it("LeNet", () => expectToFollow(example("examples/lenet/lenet.cnn"), { batch: 16, steps, most: 1e-5 }));

  it("ResNet-20", () => expectToFollow(resNet(), { batch: 4, steps, most: 0.1 }));

  it("ResNet-20 without kinks", () => expectToFollow(withoutKinks(resNet()), { batch: 4, steps, most: 1e-5 }));

  it("U-Net on 32×32 pictures", () => expectToFollow(uNet(), { batch: 2, steps, most: 1e-2 }));

  it("U-Net on 32×32 pictures without kinks", () =>
    expectToFollow(withoutKinks(uNet()), { batch: 2, steps, most: 1e-5 }));
});
