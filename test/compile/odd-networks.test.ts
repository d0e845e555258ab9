import { describe, expect, it } from "vitest";
import { printModel } from "../../compiler/emit/cpp/model.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import { oddNetworks, vgg } from "./odd-networks.ts";

const identity = { compiler: "cnnc test", file: "test.cnn", sourceHash: "-", hash: "-" };
const isas = ["avx512", "avx2", "scalar"] as const;

/** They are built, and held against the reference, in the full run. */
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
