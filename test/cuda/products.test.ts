import { describe, expect, it } from "vitest";
import type { Precision } from "../../compiler/ir/plan.ts";
import type { Sample } from "../../compiler/opkit/operator.ts";
import { cudaTarget } from "../../compiler/passes/targets.ts";
import { planModel } from "../../compiler/plan-model.ts";
import { modelsOfSamples } from "../../compiler/testing/index.ts";
import { checkSamples } from "../ops/every-op.ts";
import { tolerances } from "./every-op.ts";
import { isFullRun } from "../support/full-run.ts";

/** Layers that are large enough for the large tiles, which the samples of operators are not: few multiplications all the same. */
const samples: readonly Sample[] = [
  { link: "conv(130, kernel=1)", input: [12, 24, 24], batch: 1 },
  { link: "conv(64, kernel=1, bias=false)", input: [8, 32, 32], batch: 1 },
  { link: "conv(32, kernel=[3, 5], pad=[1, 2], bias=false)", input: [3, 28, 28], batch: 1 },
  { link: "conv(40, kernel=3, stride=2, bias=false)", input: [130, 13, 13], batch: 1 },
  { link: "conv(130, kernel=3, pad=1, bias=false)", input: [128, 3, 2], batch: 1 },
  { link: "conv(64, kernel=3, groups=2, bias=false)", input: [32, 9, 9], batch: 3 },
];
const models = modelsOfSamples("conv", samples);

/** Tiles that the products of these layers have, on a device that multiplies so. */
function tilesOf(precision: Precision): ReadonlySet<string> {
  const plans = models.flatMap(({ model }) =>
    Object.values(planModel(model, cudaTarget(precision), ["infer", "gradient"]).plans),
  );
  const blocks = plans.flatMap(({ choices }) => choices.flatMap(({ block }) => block ?? []));
  return new Set(blocks.map(({ rows, columns }) => `${rows}×${columns}`));
}

/** Each is another kernel; those of f16 use all primitives. */
const precisions = isFullRun ? (["f32", "tf32", "f16", "bf16"] as const) : (["f16"] as const);

describe.each(precisions)("products in %s", (precision) => {
  it("have tiles of all sizes", () => {
    expect([...tilesOf(precision)].sort()).toEqual(["128×128", "128×32", "128×64", "32×32", "64×32", "64×64"]);
  });

  checkSamples(precision, tolerances[precision], models);
});
