import { describe, expect, it } from "vitest";
import { printModel } from "../../compiler/emit/cpp/model.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelOf } from "../../compiler/testing/index.ts";

const model = modelOf(
  "Heard",
  `input left: f32[1, 4000]
  input right: f32[1, 4000]
  logits = concat(left -> log_mel(8kHz, bands=32), right -> log_mel(8kHz, bands=32)) -> conv(4, kernel=3) -> global_avg_pool
  output side: class[4] = logits -> softmax
  train { loss = cross_entropy(logits, side)  optimizer = adam(lr=1e-3) }`,
);
const plans = planModel(model, targets.avx512);
const { infer, step } = plans.plans;

describe("constants", () => {
  it("are the same for all that need the same, and for all programs", () => {
    const names = ["cos_weight", "sin_weight", "mel_weight"].map((part) => `logits.log_mel1.${part}`);
    expect(infer!.graph.constants).toEqual(names);
    expect(step!.graph.constants).toEqual(names);
    for (const name of names) expect(step!.packings.get(name)).toEqual(infer!.packings.get(name));
    expect(step!.constantBlock).toBe(infer!.constantBlock);
  });

  it("are no parameters, and get no gradients", () => {
    const { graph, block } = step!;
    expect(graph.parameters).toEqual(["logits.conv1.weight", "logits.conv1.bias"]);
    expect(graph.gradients).toHaveLength(2);
    expect(block).toBeLessThan(400);
    const computed = graph.nodes.flatMap(({ outputs }) => outputs).filter((id) => id.endsWith(".gradient"));
    expect(computed.filter((id) => id.includes("log_mel"))).toEqual([]);
  });

  it("are computed by generated code, not printed", () => {
    const identity = { compiler: "cnnc test", file: "heard.cnn", sourceHash: "-", hash: "test" };
    const [main] = printModel(plans, identity);
    expect(main!.text).toContain(
      "// logits.log_mel1.cos_weight: f32[99, 1, 1, 200]\nvoid compute_constant_0(float* element) {",
    );
    expect(main!.text.length).toBeLessThan(20_000);
  });
});
