import { beforeAll, describe, it } from "vitest";
import type { Isa } from "../../compiler/ir/plan.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { checkForward, checkLoss, checkOutputs, checkStep, checkThreads } from "./network-check.ts";
import type { oddNetworks } from "./odd-networks.ts";
import { buildQuickly } from "../support/build-quickly.ts";

/** Builds networks into one addon and holds their programs against the float64 reference. */
export function unusual(isa: Isa, networks: typeof oddNetworks): void {
  let addon: Addon;
  beforeAll(async () => {
    const models = networks.flatMap((network) => network.models);
    addon = await buildQuickly(`odd_${models.length}_${isa}`, models, isa, ({ train }) =>
      train ? ["infer", "gradient", "step"] : ["infer", "gradient"],
    );
  }, 600_000);

  describe.each(networks)("$title", ({ models }) => {
    it("predicts", () => {
      for (const model of models) for (const batch of [1, 5]) checkForward(addon, model, batch, batch);
    });

    it("gives the same on any number of threads", () => {
      for (const model of models) checkThreads(addon, model, 9);
    });

    const trained = models.filter(({ train }) => train);
    // Finite differences of the reference know nothing of what dropout draws.
    const certain = trained.filter(({ layers }) => !layers.some(({ operator }) => operator.stochastic));
    if (certain.length > 0)
      it("has the gradients of its loss", () => {
        for (const model of certain)
          if (model.name === "Large") checkLoss(addon, model, 1, 4);
          else checkLoss(addon, model, 3);
      });

    const untrained = models.filter(({ train }) => !train);
    if (untrained.length > 0)
      it("has the gradients of its outputs", () => {
        for (const model of untrained) checkOutputs(addon, model, 3);
      });

    if (trained.length > 0)
      it("steps", () => {
        for (const model of trained) checkStep(addon, model, 9);
      });
  });
}
