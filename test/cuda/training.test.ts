import { it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import type { Isa, Precision } from "../../compiler/ir/plan.ts";
import { modelOf, type Tensors } from "../../compiler/testing/index.ts";
import { expectSameTraining, withLowMemory } from "../compile/memory-check.ts";
import { draw, expectClose, open, targetsOf } from "../compile/network-check.ts";
import { buildQuickly } from "../support/build-quickly.ts";
import { expectToFollow } from "./follows.ts";

/** Every kind of kernel in one small network: bytes, augmentation, skips, pools, norms, dropout, an optimiser with a norm, a batch in parts. */
const small = modelOf(
  "Small",
  `  input image: u8[3, 12, 12]
  a = image -> normalize(mean=[0.5, 0.4, 0.3], std=[0.3, 0.2, 0.25]) -> conv(8, kernel=3, pad=1, bias=false) -> batch_norm -> relu
  b = a -> conv(8, kernel=3, pad=1) -> add(a) -> relu(leak_grad=0.01..0.05) -> max_pool(2)
  c = concat(b, b -> depthwise_conv(3, pad=1) -> tanh) -> avg_pool(2)
  logits = c -> group_norm(4) -> flatten -> dropout(0.3) -> dense(16) -> gelu -> dense(5)
  output kind: class[5] = logits -> softmax
  train {
    loss = cross_entropy(logits, kind, label_smoothing=0.1)
    augment image -> flip(horizontal) -> shift(0.1) -> rotate(10deg) -> contrast(0.8..1.2) -> saturation(0.5..1.5) -> noise(0.05) -> cutout(0.3)
    optimizer = adamw(lr=0.01)
    schedule = one_cycle
    clip = norm(1)
    batch = 6
    accumulate = 4
  }`,
);

it("a small network of everything trains on the emulated device as on a processor", async () => {
  await expectToFollow(small, { batch: 6, steps: 5, most: 1e-4 });
});

/** The same with frozen parts, whose norms have their running values, and two rates. */
const tuned = modelOf(
  "Tuned",
  `  input image: f32[3, 9, 8]
  stem = image -> conv(8, kernel=3, pad=1, bias=false) -> batch_norm -> relu
  a = stem -> conv(8, kernel=3, pad=1, bias=false) -> batch_norm -> relu
  b = a -> conv(8, kernel=3, pad=1, bias=false) -> batch_norm -> relu
  logits = b -> global_avg_pool -> dense(5)
  output kind: class[5] = logits -> softmax
  train {
    loss = cross_entropy(logits, kind)
    optimizer = adam(lr=0.01)
    freeze = [stem, b.batch_norm1]
    lr_scale = a * 0.1
    ema = 0.2
    clip = norm(1)
  }`,
);

it("parts of a network are frozen or slow on the emulated device as on a processor", async () => {
  await expectToFollow(tuned, { batch: 6, steps: 5, most: 1e-4 });
});

it("weights have the same average on the emulated device as on a processor", async () => {
  const { inputs, parameters, targets } = draw(tuned, 6);
  const averages = async (on: Isa | Precision): Promise<Tensors> => {
    const native = open(await buildQuickly(`follows_Tuned_${on}`, [tuned], on, () => ["step"]), tuned, parameters);
    for (let step = 0; step < 3; step++) native.step(inputs, targetsOf(tuned, targets), { step });
    const found = native.parameters();
    native.dispose();
    return found;
  };
  const [expected, found] = [await averages(nativeIsa()), await averages("f32")];
  for (const [name, { data }] of expected) expectClose(found.get(name)!.data, data, 1e-4, name);
});

it("a step in little memory moves weights to the same bits on the emulated device", async () => {
  const addon = await buildQuickly("low_Small", [small, withLowMemory(small)], "f32", () => ["step"]);
  expectSameTraining(addon, small, 6);
});
