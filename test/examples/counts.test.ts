import * as path from "node:path";
import { expect, test } from "vitest";
import { costsOf, totalOf } from "../../compiler/check/cost.ts";
import { frontOf } from "../../compiler/cli/front.ts";
import { constantOf } from "../../compiler/cli/overrides.ts";
import { render } from "../../grammar/index.ts";
import { cnnc } from "../cli/cnnc.ts";
import { root } from "../support/paths.ts";

/** The sums of `cnnc summary`, of an example with some of its parameters set. */
function countsOf(file: string, set: Readonly<Record<string, string>>) {
  const values = Object.entries(set).map(([name, value]) => [name, constantOf(value)] as const);
  const { models, diagnostics } = frontOf(
    path.join(root, "examples", `${file}.cnn`),
    { set: Object.fromEntries(values) },
    true,
  );
  expect(render(diagnostics, { color: false })).toBe("");
  return totalOf(costsOf(models[0]!));
}

// AlexNet, VGG, ResNet, DenseNet, MobileNet and SqueezeNet: the parameters of torchvision's models, and the
// multiply-accumulates of their convolutions and dense layers.
test.each([
  ["alexnet/alexnet", {}, 61_100_840, 714_188_480],
  ["alexnet/alexnet-2012", {}, 60_965_224, 724_406_816],
  ["vgg16/vgg16", {}, 138_357_544, 15_470_264_320],
  ["resnet18/resnet18", {}, 11_689_512, 1_814_073_344],
  ["resnet50/resnet50", {}, 25_557_032, 4_089_184_256],
  ["mobilenet-v2/mobilenet-v2", {}, 3_504_872, 300_774_272],
  ["squeezenet/squeezenet", {}, 1_235_496, 349_151_936],
  ["densenet121/densenet121", {}, 7_978_856, 2_834_161_664],
  ["cifar-resnet20/cifar-resnet20", {}, 269_722, 40_551_040],
  // Counted by PyTorch, of networks of these sizes.
  ["cifar-resnet20/cifar-resnet20", { project: "true" }, 272_474, 40_813_184],
  ["text-cnn/text-cnn", {}, 3_360_902, 21_900_600],
  ["lenet/lenet", {}, 61_706, 416_520],
] as const)("%s %j has as many parameters and multiply-accumulates as its paper", (file, set, params, macs) => {
  expect(countsOf(file, set)).toEqual({ params, macs });
});

// Table 6 of He et al. 2015, in millions of parameters.
test.each([
  [3, 0.27],
  [5, 0.46],
  [7, 0.66],
  [9, 0.85],
  [18, 1.73],
])("residual networks for CIFAR with three stages of %i blocks have %s million parameters", (count, millions) => {
  const { params } = countsOf("cifar-resnet20/cifar-resnet20", { count: `${count}` });
  expect(params / 1e6).toBeCloseTo(millions, 2);
});

test("text-cnn has the sizes that are set", () => {
  expect(countsOf("text-cnn/text-cnn", { filters: "50", vocab: "100", dim: "8" }).params).toBe(
    100 * 8 + 50 * 8 * (3 + 4 + 5) + 3 * 50 + 2 * 150 + 2,
  );
});

test("examples lint clean", async () => {
  const { code, stdout, stderr } = await cnnc(["lint", "examples"]);
  expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^\d+ files: no findings\n$/), ""]);
});
