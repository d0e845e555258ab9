import { describe, it } from "vitest";
import { findNvcc } from "../../compiler/build/cuda-toolkit.ts";
import { exampleModels } from "../zoo/examples.ts";
import { expectSamePtx, itSpillsNothing } from "./ptxas.ts";

/** Of all examples it is the mode nvcc that tells: that takes half an hour. */
const files = ["lenet/lenet", "fashion-resnet/fashion-resnet", "text-cnn/text-cnn"].map(
  (name) => `examples/${name}.cnn`,
);
const nvcc = findNvcc();

describe("ptxas", () => {
  if (nvcc === undefined) it("is not here: this machine has no nvcc", (context) => context.skip());
  else {
    const models = exampleModels().filter(({ file }) => files.includes(file));
    it("has the same to compile for each architecture", () => expectSamePtx(nvcc, models[0]!.model, "f16"), 600_000);
    itSpillsNothing(nvcc, models, ["f32", "f16"]);
  }
});
