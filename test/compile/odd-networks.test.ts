import { describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { printModel } from "../../compiler/emit/cpp/model.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import { oddNetworks, vgg } from "./odd-networks.ts";
import { unusual } from "./unusual.ts";

const identity = { compiler: "cnnc test", file: "test.cnn", sourceHash: "-", hash: "-" };
const isas = ["avx512", "avx2", "scalar"] as const;

describe("networks of every kind are planned and printed", () => {
  const large = { title: "VGG-16", models: modelsOf(vgg(224, 1000, 4096)) };
  it.each([...oddNetworks, large])("$title", ({ models }) => {
    for (const model of models)
      for (const isa of isas) {
        const programs = model.train ? (["infer", "step", "gradient"] as const) : (["infer", "gradient"] as const);
        const files = printModel(planModel(model, targets[isa], programs), identity);
        const text = files.map((file) => file.text).join("\n");
        for (const program of programs) expect(text).toContain(`void ${model.name}_${program}(const `);
      }
  });
});

// The rest is built in the full run.
const built = [
  "dropout between flatten and dense",
  "gates, slopes and quotients",
  "down and up again",
  "a sequence that becomes longer",
  "two losses with one target",
  "a value that is pooled, and read by a padded convolution",
  "convolutions that are computed in tiles, forwards and backwards",
];
describe("unusual networks", () => {
  unusual(
    nativeIsa(),
    oddNetworks.filter(({ title }) => built.includes(title)),
  );
});
