import { describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { check, type CheckOptions } from "../../compiler/check/check.ts";
import { parse, sourceFile } from "../../grammar/index.ts";
import { buildQuickly } from "../support/build-quickly.ts";
import { filesBelow, readText } from "../support/paths.ts";
import { expectSameTraining, withLowMemory } from "./memory-check.ts";

/** Networks for pictures whose size is a parameter, and for few classes; other large pictures are made small in the text. */
const small: Readonly<Record<string, CheckOptions["set"]>> = {
  "examples/mobilenet-v2/mobilenet-v2.cnn": { size: 32, classes: 10 },
  "examples/squeezenet/squeezenet.cnn": { size: 64, classes: 10 },
  "examples/unet/unet.cnn": { size: 32, base: 8 },
  "examples/densenet121/densenet121.cnn": { growth: 8, classes: 10 },
  "examples/resnet18/resnet18.cnn": { size: 32, classes: 10 },
  "examples/resnet50/resnet50.cnn": { size: 32, classes: 10 },
  "examples/vgg16/vgg16.cnn": { classes: 10 },
};

/** AlexNet's convolutions of stride 4 leave nothing of a small picture. */
const textOf = (file: string): string =>
  file.includes("alexnet") ? readText(file) : readText(file).replace("u8[3, 224, 224]", "u8[3, 32, 32]");

const models = filesBelow("examples", /\.cnn$/).flatMap((file) => {
  const load = (path: string) => sourceFile(path, readText(path));
  const { models: found } = check(parse(sourceFile(file, textOf(file))).ast, { load, set: small[file] });
  return found.filter(({ train }) => train !== undefined);
});

describe("examples, small, learn the same bits in little memory", () => {
  it("are all there", () => {
    expect(models.length).toBeGreaterThan(14);
  });

  it.each(models.map((model) => [model.name, model] as const))(
    "%s",
    async (name, model) => {
      const both = [model, withLowMemory(model)];
      expectSameTraining(await buildQuickly(`low_${name}`, both, nativeIsa(), () => ["step"]), model);
    },
    1_800_000,
  );
});
