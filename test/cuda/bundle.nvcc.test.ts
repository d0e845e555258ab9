import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { withTempFolder } from "../support/paths.ts";
import { makeBundle } from "./bundle.ts";

it.each(["lenet/lenet", "resnet50/resnet50", "vgg16/vgg16"])(
  "nvcc builds the bundle of %s",
  async (name) => {
    await withTempFolder(async (folder) => {
      await makeBundle(`examples/${name}.cnn`, folder, "all", "--batch", "1");
      const programs = fs.readdirSync(path.join(folder, "bundle/build"));
      expect(programs).toEqual(expect.arrayContaining(["check", "bench"]));
    });
  },
  3_600_000,
);
