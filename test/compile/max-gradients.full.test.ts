import { beforeAll, describe, expect, it } from "vitest";
import { targets } from "../../compiler/passes/targets.ts";
import { planProgram } from "../../compiler/plan-model.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { buildQuickly } from "../support/build-quickly.ts";
import { testedIsas } from "../support/instruction-sets.ts";
import { checkLoss, checkStep, checkThreads } from "./network-check.ts";

/** Convolutions that a maximum pools: as LeNet's, with windows that overlap, with strides, of sequences. */
const networks = modelsOf(`cnn 1
model LeNets {
  input image: f32[1, 16, 16]
  y = image -> conv(6, kernel=5, pad=2) -> relu -> max_pool(2) -> conv(16, kernel=5) -> leaky_relu -> max_pool(2) -> flatten -> dense(3)
  output kind: class[3] = y -> softmax
  train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.1) }
}
model Overlapping {
  input image: f32[3, 29, 27]
  y = image -> conv(7, kernel=3, stride=2, pad=1) -> relu -> max_pool(3, stride=2, pad=1)
        -> conv(19, kernel=3, pad=1) -> tanh -> max_pool(3, stride=2) -> conv(9, kernel=2) -> elu -> global_max_pool -> dense(3)
  output kind: class[3] = y -> softmax
  train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.1) }
}
model Sequences {
  input sound: f32[5, 80]
  y = sound -> conv(11, kernel=4, stride=2, pad=1) -> relu -> max_pool(2) -> conv(21, kernel=3, dilation=2) -> global_max_pool -> dense(3)
  output kind: class[3] = y -> softmax
  train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.1)  memory = low }
}
`);

describe.each(testedIsas)("gradients through maxima, %s", (isa) => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly("max_gradients", networks, isa, () => ["infer", "step", "gradient"]);
  }, 600_000);

  describe.each(networks)("$name", (model) => {
    it("are read where they are not zero", () => {
      const { graph } = planProgram(model, "step", targets[isa]);
      const families = new Set(graph.nodes.map(({ core }) => core.family));
      expect(families).toContain("conv_max_data_grad");
      expect(families).toContain("conv_max_weight_grad");
    });

    it("are those of finite differences, and steps follow them", () => {
      for (const batch of [1, 7]) checkLoss(addon, model, batch, 12);
      checkStep(addon, model, 7);
    });

    it("are the same to the bit on any number of threads", () => {
      for (const batch of [1, 9, 33]) checkThreads(addon, model, batch);
    });
  });
});
