import * as path from "node:path";
import { expect, test } from "vitest";
import { costsOf, totalOf } from "../../compiler/check/cost.ts";
import { frontOf } from "../../compiler/cli/front.ts";
import { constantOf } from "../../compiler/cli/overrides.ts";
import { render } from "../../grammar/index.ts";
import { cnnc } from "../cli/cnnc.ts";
import { root } from "../support/paths.ts";

/** The sums of `cnnc summary`, of a network with some of its parameters set, about which so much is reported. */
function countsOf(
  file: string,
  set: Readonly<Record<string, string>>,
  folder = "examples",
  reports: readonly string[] = [],
) {
  const values = Object.entries(set).map(([name, value]) => [name, constantOf(value)] as const);
  const options = { set: Object.fromEntries(values) };
  const { models, diagnostics } = frontOf(path.join(root, folder, `${file}.cnn`), options, true);
  const codes = diagnostics.map(({ code }) => code);
  expect(codes, render(diagnostics, { color: false })).toEqual(reports);
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
  ["audio-cnn/audio-cnn", {}, 390_890, 110_652_448],
  ["lenet/lenet", {}, 61_706, 416_520],
  ["unet/unet", {}, 7_763_041, 3_017_801_728],
  ["unet/unet", { base: "64" }, 31_037_633, 12_041_846_784],
  ["unet/unet", { levels: "1" }, 101_793, 878_706_688],
  ["autoencoder/autoencoder", {}, 115_217, 805_952],
  ["dead-units/dead-units", {}, 118_282, 118_016],
] as const)("%s %j has as many parameters and multiply-accumulates as its paper", (file, set, params, macs) => {
  expect(countsOf(file, set)).toEqual({ params, macs });
});

/** What speed is measured of: names, how they are made of the examples, parameters as PyTorch counts them. */
test.each([
  ["lenet5", "lenet/lenet-relu", {}, 61_706],
  ["resnet20", "cifar-resnet20/cifar-resnet20", { project: "true" }, 272_474],
  ["textcnn", "text-cnn/text-cnn", { vocab: "10000", length: "64", dim: "300", filters: "100" }, 3_360_902],
  ["unet", "unet/unet", { base: "32", levels: "4", size: "128" }, 7_763_041],
  ["mobilenet_v2", "mobilenet-v2/mobilenet-v2", {}, 3_504_872],
  ["alexnet", "alexnet/alexnet", {}, 61_100_840],
  ["resnet18", "resnet18/resnet18", {}, 11_689_512],
  ["resnet50", "resnet50/resnet50", {}, 25_557_032],
  ["vgg16", "vgg16/vgg16", {}, 138_357_544],
] as const)("the benchmark's %s is %s %j", (_, file, set, params) => {
  expect(countsOf(file, set).params).toBe(params);
});

test("the benchmark's audiocnn is the network of audio-cnn behind its log_mel, whose pools leave out odd columns", () => {
  const counts = countsOf("audiocnn", {}, "test/bench/networks", ["CNN307"]);
  expect(counts).toEqual({ params: 397_315, macs: 89_164_544 });
  expect(countsOf("audio-cnn/audio-cnn", { classes: "35" }).params).toBe(397_315);
});

test("the benchmark's relu1 is a call and nothing else", () => {
  expect(countsOf("relu", {}, "test/bench/networks")).toEqual({ params: 0, macs: 0 });
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
