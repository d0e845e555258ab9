import { beforeAll, describe, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { buildTestAddon } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { checkForward, checkLoss, checkStep, checkThreads } from "./network-check.ts";
import { randomNetwork } from "./random-network.ts";

const certain = Array.from({ length: 20 }, (_, i) => randomNetwork(1000 + i, { dropout: false }));
const drawing = Array.from({ length: 6 }, (_, i) => randomNetwork(2000 + i));

describe("networks drawn at random", () => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildTestAddon("random", [...certain, ...drawing], nativeIsa(), () => ["infer", "gradient", "step"]);
  }, 900_000);

  it.each(certain.map((model) => [model.name, model] as const))("%s is what the reference says", (_, model) => {
    checkForward(addon, model, 3, 2);
    checkThreads(addon, model, 17);
    checkLoss(addon, model, 3, 12);
    checkStep(addon, model, 5);
  });

  it.each(drawing.map((model) => [model.name, model] as const))("%s, with dropout, predicts and steps", (_, model) => {
    checkForward(addon, model, 3, 2);
    checkThreads(addon, model, 17);
    checkStep(addon, model, 5);
  });
});
