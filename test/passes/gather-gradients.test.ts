import { describe, expect, it } from "vitest";
import type { Target } from "../../compiler/ir/plan.ts";
import { gatherGradients } from "../../compiler/passes/gather-gradients.ts";
import { cudaTarget, targets } from "../../compiler/passes/targets.ts";
import { conv, graphOf, lines, pool, shown } from "./support.ts";

interface Case {
  readonly channels?: number;
  readonly outputs?: number;
  /** Of the picture, and of the results, which a window of 2 × 2 pools. */
  readonly size?: number;
  readonly results?: number;
  readonly groups?: number;
  readonly pooling?: string;
  readonly steps?: string;
  readonly more?: string;
}

/** Both gradients of a convolution of 3×3, without padding, behind which a pooling stands. */
function backwards(given: Case = {}, target: Target = targets.avx512): string {
  const { channels = 8, outputs = 6, size = 12, groups = 1, pooling = "max", steps = "core", more = "" } = given;
  const results = given.results ?? size - 2;
  const family = (name: string): string =>
    conv(3).replace("conv ", `${name} `).replace('"groups":1', `"groups":${groups}`);
  const half = Math.floor(results / 2);
  const text = `
    input x: f32[${channels},${size},${size}]
    input d: f32[${outputs},${half},${half}]
    input index: u8[${outputs},${half},${half}]
    parameter w: f32[${outputs},${channels / groups},3,3] once
    node ${pool(pooling, 2).replace("pool ", "pool_grad ")} (d, index)
      store dy: f32[${outputs},${results},${results}] = ${steps}
    node ${family("conv_data_grad")} (dy, w)
      store dx: f32[${channels},${size},${size}] = (mul core x)
    node ${family("conv_weight_grad")} (x, dy)
      store dw: f32[${outputs},${channels / groups},3,3] once = core
    ${more}
    result dx = dx
    result dw = dw
  `;
  return shown(gatherGradients({ graph: graphOf(text), target }).graph);
}

const families = (text: string): readonly string[] => [...text.matchAll(/node (\w+)/g)].map(([, family]) => family!);
const dense = ["pool_grad", "conv_data_grad", "conv_weight_grad"];

describe("gradients behind a maximum", () => {
  it("read what is not zero, and nothing is spread", () => {
    expect(backwards()).toBe(
      lines(`
        node conv_max_data_grad (d, w, index)
          store dx: f32[8,12,12] = (mul core x)
        node conv_max_weight_grad (x, d, index)
          store dw: f32[6,8,3,3] once = core
        result dx = dx
        result dw = dw
      `),
    );
  });

  it("do so for every instruction set, and not on a device", () => {
    for (const target of Object.values(targets)) expect(backwards({}, target)).not.toContain("pool_grad");
    expect(families(backwards({}, cudaTarget("f32")))).toEqual(dense);
  });

  it("leave to others what they read", () => {
    const more = `node map (dy)
      store e: f32[6,10,10] = (tanh dy)
    result e = e`;
    expect(families(backwards({ more }))).toEqual(["pool_grad", "conv_max_data_grad", "conv_max_weight_grad", "map"]);
  });

  it("take the zeros along where tiles of Winograd's are quicker", () => {
    expect(families(backwards({ channels: 256, outputs: 256, size: 58 }))).toEqual(dense);
  });

  it.each<[string, Case]>([
    ["of an average", { pooling: "average" }],
    ["with steps of their own", { steps: "(mul core 2)" }],
    ["of groups", { groups: 2 }],
    ["of a picture with other results", { results: 9 }],
  ])("%s stay", (_, given) => {
    expect(families(backwards(given))).toEqual(dense);
  });
});
