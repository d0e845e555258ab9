import { expect, it } from "vitest";
import { findNvcc } from "../../compiler/build/cuda-toolkit.ts";
import { withTempFolder } from "../support/paths.ts";
import { make, makeBundle } from "./bundle.ts";

it.each(["f32", "tf32", "f16", "bf16"])(
  "LeNet's bundle in %s checks itself on the emulated device, and is built by nvcc",
  async (precision) => {
    await withTempFolder(async (folder) => {
      const printed = await makeBundle("examples/lenet/lenet.cnn", folder, "check-emulated", "--precision", precision);
      expect(printed.trimEnd()).toMatch(/\ncheck passed$/);
      if (findNvcc() !== undefined) await make(folder, "all");
    });
  },
  1_800_000,
);
