import { describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { buildTestAddon, modelsOf } from "../../compiler/testing/index.ts";
import { checkForward, checkStep } from "./network-check.ts";
import { oddNetworks, vgg } from "./odd-networks.ts";
import { unusual } from "./unusual.ts";

describe.each([...new Set([nativeIsa(), "scalar" as const])])("unusual networks, %s", (isa) => {
  unusual(isa, oddNetworks);
});

describe("VGG-16 for small pictures", () => {
  it("predicts and steps", async () => {
    const [model] = modelsOf(vgg(32, 10, 512));
    const addon = await buildTestAddon("vgg", [model!], nativeIsa(), () => ["infer", "gradient", "step"]);
    checkForward(addon, model!, 2, 2);
    checkStep(addon, model!, 2);
    expect(addon.models()[0]!.parameters.length).toBe(32);
  }, 600_000);
});
