import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { targets } from "../../compiler/passes/targets.ts";
import { planProgram } from "../../compiler/plan-model.ts";
import { modelsOf } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { buildQuickly } from "../support/build-quickly.ts";
import { expectSameTraining, withLowMemory } from "./memory-check.ts";
import { isFullRun } from "../support/full-run.ts";

const all = modelsOf(`cnn 1
block Residual(channels, stride=1) {
  main = in -> conv(channels, kernel=3, stride=stride, pad=1, bias=false) -> batch_norm(momentum=0.2) -> relu
            -> conv(channels, kernel=3, pad=1, bias=false) -> batch_norm
  side = in -> conv(channels, kernel=1, stride=stride, bias=false) -> batch_norm
  out add(main, side) -> relu(leak_grad=0.1..0.2)
}
model Residuals {
  input image: u8[3, 12, 11]
  logits = image -> normalize(mean=[0.5, 0.4, 0.4], std=[0.3, 0.2, 0.3]) -> conv(6, kernel=3, pad=1) -> Residual(6) -> Residual(6)
        -> Residual(9, stride=2) -> Residual(9) -> Residual(9) -> global_avg_pool -> dropout(0.3) -> dense(3)
  output kind: class[3] = logits -> softmax
  train {
    loss = cross_entropy(logits, kind)
    optimizer = sgd(lr=0.05, momentum=0.9)
    augment image -> flip(horizontal) -> shift(0.1)
  }
}
block Layer { out concat(in, in -> batch_norm -> relu -> conv(8, kernel=3, pad=1, bias=false)) }
model DenseBlocks {
  input image: f32[8, 9, 9]
  logits = image -> conv(8, kernel=3, pad=1) -> Layer -> Layer -> Layer -> Layer -> conv(16, kernel=1) -> avg_pool(2)
        -> Layer -> Layer -> Layer -> batch_norm -> relu -> global_avg_pool -> dense(4)
  output kind: class[4] = logits -> softmax
  train { loss = cross_entropy(logits, kind)  optimizer = adam(lr=0.01)  clip = norm(0.5) }
}
block Twice(channels) { out in -> conv(channels, kernel=3, pad=1) -> group_norm(2) -> silu -> dropout(0.2) }
model Skips {
  input image: f32[3, 16, 12]
  a = image -> Twice(6) -> Twice(6)
  b = a -> max_pool(2) -> Twice(8) -> Twice(8)
  c = b -> max_pool(2) -> Twice(10) -> Twice(10) -> conv_transpose(8, kernel=2, stride=2)
  d = concat(b, c) -> Twice(8) -> Twice(8) -> conv_transpose(6, kernel=2, stride=2)
  scores = concat(a, d) -> Twice(6) -> conv(1, kernel=1)
  output mask: mask[16, 12] = scores -> sigmoid
  train {
    loss = binary_cross_entropy(scores, mask) + dice(scores, mask)
    optimizer = adamw(lr=0.01)
    accumulate = 2
    ema = 0.9
  }
}
`);
/** The others in a full run. */
const networks = isFullRun ? all : all.slice(0, 1);

let addon: Addon;
beforeAll(async () => {
  const models = networks.flatMap((model) => [model, withLowMemory(model)]);
  addon = await buildQuickly("recompute", models, nativeIsa(), () => ["infer", "step"]);
}, 600_000);

describe("a step in little memory", () => {
  it.each(networks.map((model) => [model.name, model] as const))("of %s moves weights to the same bits", (_, model) => {
    const { repeated, arena } = planProgram(withLowMemory(model), "step", targets[nativeIsa()]);
    expect(repeated.length).toBeGreaterThan(3);
    expect(arena.bytesPerSample).toBeLessThan(
      planProgram(model, "step", targets[nativeIsa()]).arena.bytesPerSample * 0.7,
    );
    expectSameTraining(addon, model, 5);
  });
});
