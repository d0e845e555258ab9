import { describe, expect, it } from "vitest";
import { targets } from "../../compiler/passes/targets.ts";
import { planModel, planProgram } from "../../compiler/plan-model.ts";
import { modelOf, modelsOf } from "../../compiler/testing/index.ts";
import { readText } from "../support/paths.ts";

/** How many samples a thread takes through a program at a time. */

const groupOf = (lines: string): number =>
  planProgram(modelOf("Grouped", `${lines}\n  output a: class[3] = y -> dense(3) -> softmax`), "infer", targets.avx512)
    .group;

describe("groups of samples", () => {
  it("are large where weights are many and values few", () => {
    expect(groupOf("  input x: f32[2048]\n  y = x -> dense(2048) -> relu")).toBeGreaterThan(16);
  });

  it("are small where a picture's values fill the caches", () => {
    const layers = "conv(32, kernel=3, pad=1) -> relu -> conv(32, kernel=3, pad=1) -> relu";
    expect(groupOf(`  input x: f32[3, 512, 512]\n  y = x -> ${layers} -> global_avg_pool`)).toBe(1);
  });

  it("are for predictions on processors only", () => {
    const [lenet] = modelsOf(readText("examples/lenet/lenet.cnn"));
    const { infer, step } = planModel(lenet!, targets.avx512).plans;
    expect(infer!.group).toBeGreaterThan(1);
    expect(step!.group).toBe(0);
  });
});
