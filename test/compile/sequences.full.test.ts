import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { defineModel, type ClassOutput, type Input, type ModelClass } from "../../runtime/index.ts";
import { RandomStream } from "../../runtime/random/philox.ts";
import { openSafetensors } from "../../runtime/weights/read-safetensors.ts";
import { compileText, suiteFolder } from "./lenet.ts";
import { checkForward, checkLoss, checkStep, checkThreads } from "./network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const length = 67;
const text = `cnn 1
block Residual(channels) {
  main = in -> conv(channels, kernel=3, pad=1, bias=false) -> batch_norm -> relu -> conv(channels, kernel=3, dilation=2, pad=same)
  out add(main, in -> conv(channels, kernel=1)) -> relu
}
model Tones {
  input wave: f32[2, ${length}]
  h = wave -> normalize(mean=[0, 0.1], std=[1, 0.9]) -> conv(11, kernel=7, stride=2, pad=[3, 2]) -> relu -> Residual(16)
    -> max_pool(3, stride=2)
  logits = concat(h, h -> avg_pool(3, stride=1, pad=1)) -> Residual(9) -> dropout(0) -> adaptive_avg_pool(3) -> flatten -> dense(3)
  output tone: class("low", "middle", "high") = logits -> softmax
  train { loss = cross_entropy(logits, tone)  optimizer = sgd(lr=0.05)  batch = 30  epochs = 1 }
}
`;
const [model] = modelsOf(text, "tones.cnn");

interface Tones {
  inputs: { wave: Input<Float32Array, readonly [2, 67]> };
  outputs: { tone: ClassOutput };
  targets: "tone";
  metrics: "tone.accuracy";
}

/** Two channels of a tone with noise; the class is its pitch. */
function tones(count: number, random: RandomStream): { wave: Float32Array; tone: Uint8Array } {
  const wave = new Float32Array(count * 2 * length);
  const tone = Uint8Array.from({ length: count }, () => random.below(3));
  for (let n = 0; n < count; n++) {
    const [pitch, phase] = [0.15 * 2 ** tone[n]!, random.uniform() * 6.3];
    for (let c = 0; c < 2; c++)
      for (let t = 0; t < length; t++)
        wave[(n * 2 + c) * length + t] = Math.sin(pitch * t + phase + c) + 0.5 * (random.uniform() - 0.5);
  }
  return { wave, tone };
}

describe("a network over sequences", () => {
  const folder = suiteFolder();
  let addon: Addon;
  let Tones: ModelClass<Tones>;
  beforeAll(async () => {
    addon = await buildQuickly("sequences", [model!], nativeIsa(), () => ["infer", "gradient", "step"]);
    const compiled = compileText(text, "tones.cnn");
    const built = await build(compiled, { name: "tones", out: folder });
    Tones = defineModel<Tones>(compiled[0]!.manifest, built.addon);
  }, 600_000);

  it("computes, differentiates and moves as the float64 reference says", () => {
    for (const batch of [1, 5]) checkForward(addon, model!, batch, 2);
    checkLoss(addon, model!, 3);
    checkStep(addon, model!, 9);
    checkThreads(addon, model!, 17);
  });

  it("learns, and keeps its weights in a file with the shapes of one dimension", async () => {
    const random = new RandomStream(5, 1);
    const test = tones(90, random);
    using net = await Tones.load({ seed: 1, threads: 2 });
    const trainer = net.trainer({ seed: 1, totalSteps: 60 });
    const losses = Array.from({ length: 60 }, () => trainer.stepSync(tones(30, random)).loss);
    expect(losses.at(-1)!).toBeLessThan(0.3 * losses[0]!);
    const found = net.predictSync({ wave: test.wave }).tone;
    const right = found.filter(({ index }, i) => index === test.tone[i]).length;
    expect(right).toBeGreaterThan(80);

    const file = path.join(folder, "tones.weights");
    await net.save(file);
    using read = openSafetensors(file);
    expect(read.shape("h.conv1.weight")).toEqual([11, 2, 7]);
    expect(read.shape("h.Residual1.main.conv2.weight")).toEqual([16, 16, 3]);
    using again = await Tones.load({ weights: file, threads: 1 });
    expect(again.predictSync({ wave: test.wave }).tone.probabilities).toEqual(found.probabilities);
  });
});
