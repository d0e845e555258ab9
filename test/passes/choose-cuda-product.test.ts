import { describe, expect, it } from "vitest";
import type { Family, ProgramName } from "../../compiler/ir/graph.ts";
import type { Choice, Plan, Precision } from "../../compiler/ir/plan.ts";
import { cudaTarget } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelOf } from "../../compiler/testing/index.ts";

function planOf(input: string, link: string, program: ProgramName, precision: Precision = "f32"): Plan {
  const lines = [`input x: f32[${input}]`, `y = x -> ${link} -> flatten`, "output result: f32[y.size] = y"];
  return planModel(modelOf("Layer", lines.join("\n")), cudaTarget(precision), [program]).plans[program]!;
}

function choiceOf({ graph, choices }: Plan, family: Family): Choice {
  return choices[graph.nodes.findIndex(({ core }) => core.family === family)]!;
}

describe("tiles of products", () => {
  it.each([
    ["64, 56, 56", "conv(64, kernel=3, pad=1)", "128×64"],
    ["256, 14, 14", "conv(256, kernel=3, pad=1)", "128×128"],
    ["512, 7, 7", "conv(512, kernel=3, pad=1)", "128×64"],
    ["1, 28, 28", "conv(6, kernel=5, pad=2)", "128×32"],
    ["84", "dense(10)", "32×32"],
  ])("of %s -> %s", (input, link, tile) => {
    const plan = planOf(input, link, "infer");
    const { block, reason } = choiceOf(plan, link.startsWith("conv") ? "conv" : "dense");
    expect(`${block!.rows}×${block!.columns}`).toBe(tile);
    expect(reason).toContain(`implicit GEMM: ${tile} results by`);
  });

  it("have 64 bytes of depth", () => {
    const depths = (["f32", "tf32", "f16", "bf16"] as const).map((precision) => {
      return choiceOf(planOf("16, 8, 8", "conv(32, kernel=3)", "infer", precision), "conv").block!.depth;
    });
    expect(depths).toEqual([16, 16, 32, 32]);
  });
});

it("what learns is multiplied by tensor cores, tables of transforms exactly where numbers are stored in f32", () => {
  const unitOf = (input: string, link: string, precision: Precision) =>
    choiceOf(planOf(input, link, "infer", precision), "conv").block!.unit;
  const precisions = ["f32", "tf32", "f16", "bf16"] as const;
  const spectrum = "spectrogram(rate=1kHz, window=16ms, hop=5ms)";
  expect(precisions.map((it) => unitOf("16, 8, 8", "conv(32, kernel=3)", it))).toEqual(["fma", "mma", "mma", "mma"]);
  expect(precisions.map((it) => unitOf("1, 64", spectrum, it))).toEqual(["fma", "fma", "mma", "mma"]);
});

describe("groups", () => {
  it("are products where they are wide", () => {
    expect(choiceOf(planOf("32, 9, 9", "conv(32, kernel=3, groups=4)", "infer"), "conv").block).toBeDefined();
  });

  it("are computed directly where they are narrow", () => {
    const plan = planOf("32, 9, 9", "depthwise_conv(3) -> tanh", "gradient");
    expect(choiceOf(plan, "conv")).toMatchObject({ kernel: "grouped_conv", tile: { pixels: 4 } });
    expect(choiceOf(plan, "conv_data_grad").kernel).toBe("grouped_conv_data");
    expect(choiceOf(plan, "conv_weight_grad").kernel).toBe("grouped_conv_weights");
  });
});

it("sums over pixels are cut into parts where tiles are few", () => {
  const parts = (input: string, link: string) => {
    const plan = planOf(input, link, "gradient");
    const node = plan.graph.nodes.findIndex(({ core }) => core.family === "conv_weight_grad");
    return [plan.choices[node]!.parts, plan.arena.partials.has(node)];
  };
  expect(parts("64, 56, 56", "conv(64, kernel=3, pad=1)")).toEqual([16, true]);
  expect(parts("512, 7, 7", "conv(512, kernel=3, pad=1)")).toEqual([1, false]);
});

describe("weights in 16 bits", () => {
  const link = "conv(16, kernel=3) -> tanh -> conv(16, kernel=3) -> tanh -> depthwise_conv(3)";
  it("are one copy for all products that read them, none for narrow groups", () => {
    const { graph, derived, arena } = planOf("4, 12, 12", link, "gradient", "f16");
    expect(derived.map(({ parameter }) => parameter)).toEqual(["y.conv1.weight", "y.conv2.weight"]);
    for (const { nodes, prepared } of derived) {
      expect(prepared).toBe(false);
      expect(nodes.map((node) => graph.nodes[node]!.core.family)).toEqual(["conv", "conv_data_grad"]);
      expect(new Set(nodes.map((node) => arena.derived.get(node))).size).toBe(1);
    }
  });

  it("are made once for prediction, and not at all in f32", () => {
    expect(planOf("4, 12, 12", link, "infer", "bf16").derived.map(({ prepared }) => prepared)).toEqual([true, true]);
    expect(planOf("4, 12, 12", link, "gradient", "tf32").derived).toEqual([]);
  });
});
