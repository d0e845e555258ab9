import { describe, expect, it } from "vitest";
import type { CheckOptions } from "../../compiler/check/check.ts";
import type { CheckedModel } from "../../compiler/check/program.ts";
import { exampleModels } from "../zoo/examples.ts";
import { expectToFollow } from "./follows.ts";

/** Of the example that a file has, with these parameters. */
function example(file: string, set: CheckOptions["set"] = {}): CheckedModel {
  const found = exampleModels({ [file]: set }).find((it) => it.file === file);
  expect(found, file).toBeDefined();
  return found!.model;
}

describe("networks train twenty steps on the emulated device as on a processor", () => {
  it("LeNet", async () => {
    await expectToFollow(example("examples/lenet/lenet.cnn"), { batch: 16, steps: 20 }, 1e-4);
  });

  it("ResNet-20", async () => {
    await expectToFollow(example("examples/cifar-resnet20/cifar-resnet20.cnn"), { batch: 4, steps: 20 }, 1e-2);
  });

  it("U-Net on 32×32 pictures", async () => {
    await expectToFollow(example("examples/unet/unet.cnn", { size: 32 }), { batch: 2, steps: 20 }, 1e-2);
  });
});
