import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelsOf, NativeModel, type Tensors } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { buildQuickly } from "../support/build-quickly.ts";
import { draw, expectClose, open, targetsOf } from "./network-check.ts";

/** One network that takes its batch as a whole, and in parts. */
const network = (name: string, more: string, norm = ""): string => `
model ${name} {
  input image: u8[2, 9, 8]
  logits = image -> normalize(mean=[0.5, 0.4], std=[0.3, 0.2]) -> conv(5, kernel=3, pad=1) ${norm} -> tanh -> dropout(0.3)
          -> max_pool(2) -> flatten -> dense(7) -> relu -> dense(3)
  output kind: class[3] = logits -> softmax
  train {
    loss = cross_entropy(logits, kind) + 0.5 * cross_entropy(logits, kind, label_smoothing=0.2)
    optimizer = adamw(lr=0.02)
    schedule = cosine
    clip = norm(0.5)
    ${more}
  }
}`;
const [augment, norm] = ["augment image -> flip(horizontal) -> shift(0.1)", "-> batch_norm(momentum=0.1)"];
const [whole, parts, normedWhole, normedParts] = modelsOf(
  [
    "cnn 1",
    network("Whole", augment),
    network("Parts", `${augment}  accumulate = 4`),
    network("NormedWhole", "", norm),
    network("NormedParts", "accumulate = 2", norm),
  ].join("\n"),
);

class Watched extends NativeModel {
  arenaBytes(): number {
    return this.instance.arenaBytes;
  }
}

let addon: Addon;
beforeAll(async () => {
  const models = [whole!, parts!, normedWhole!, normedParts!];
  addon = await buildQuickly("accumulate", models, nativeIsa(), () => ["infer", "step"]);
});

function train(model: typeof whole, batch: number, threads = 1): { losses: readonly Float64Array[]; weights: Tensors } {
  const { inputs, parameters, targets } = draw(whole!, batch);
  const native = open(addon, model!, parameters, threads);
  const given = targetsOf(whole!, targets);
  const losses = Array.from({ length: 6 }, (_, step) => native.step(inputs, given, { seed: 5, step, totalSteps: 6 }));
  const weights = native.parameters();
  native.dispose();
  return { losses, weights };
}

describe("a batch in parts", () => {
  // Even parts, uneven ones, fewer samples than parts, and one.
  it.each([8, 10, 3, 1])("of %i samples trains as a whole one, but for rounding", (batch) => {
    const [expected, found] = [train(whole, batch), train(parts, batch)];
    found.losses.forEach((loss, step) => expectClose(loss, expected.losses[step]!, 1e-5, `step ${step}`));
    for (const [name, { data }] of expected.weights) expectClose(found.weights.get(name)!.data, data, 1e-4, name);
  });

  it("gives the same bits on any number of threads", () => {
    const one = train(parts, 10);
    for (const threads of [2, 4]) expect(train(parts, 10, threads)).toEqual(one);
  });

  it("needs memory for a part", () => {
    const memory = (model: typeof whole): number => {
      const { inputs, parameters, targets } = draw(whole!, 64);
      const native = new Watched(addon, model!);
      native.setParameters(parameters);
      native.step(inputs, targetsOf(whole!, targets));
      const bytes = native.arenaBytes();
      native.dispose();
      return bytes;
    };
    expect(memory(parts)).toBeLessThan(memory(whole) / 3);
  });

  it("moves running statistics by each part", () => {
    const { inputs, parameters, targets } = draw(normedWhole!, 6);
    const half = (from: number) => {
      const size = 3 * 2 * 9 * 8;
      const image = inputs.get("image")!;
      const data = image.data.subarray(from * size, (from + 1) * size);
      return [
        new Map([["image", { ...image, shape: [3, 2, 9, 8], data }]]),
        targetsOf(normedWhole!, targets).map((target) => target.slice(from * 3, (from + 1) * 3)),
      ] as const;
    };
    const [byHalves, together] = [normedWhole, normedParts].map((model) => open(addon, model!, parameters));
    for (const from of [0, 1]) {
      byHalves!.setParameters(new Map([...byHalves!.parameters(), ...learnedOf(parameters)]));
      byHalves!.step(...half(from));
    }
    together!.step(inputs, targetsOf(normedParts!, targets));
    const [expected, found] = [byHalves!.parameters(), together!.parameters()];
    for (const [name, { data }] of found)
      if (name.includes("running")) expectClose(data, expected.get(name)!.data, 1e-5, name);
    for (const native of [byHalves!, together!]) native.dispose();
  });
});

const learnedOf = (parameters: Tensors): Tensors =>
  new Map([...parameters].filter(([name]) => !name.includes("running")));
