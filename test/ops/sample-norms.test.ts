import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import {
  modelOf,
  NativeModel,
  referenceOutputs,
  tensor,
  type Tensor,
  type Tensors,
} from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { sizeOf } from "../../compiler/shape/tensor-type.ts";
import { RandomStream } from "../../runtime/random/philox.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const shape = [12, 9, 7] as const;
const normed = modelOf(
  "Normed",
  `  input x: f32[${shape.join(", ")}]
  a = x -> conv(12, kernel=3, pad=1) -> group_norm(4) -> relu -> lrn(5, alpha=0.5)
  b = a -> conv(20, kernel=3, pad=1, bias=false) -> instance_norm -> relu
  logits = b -> layer_norm -> global_avg_pool -> dense(2)
  output kind: class("a", "b") = logits -> softmax
  train { loss = cross_entropy(logits, kind)  optimizer = sgd(lr=0.1) }`,
);
const divided = modelOf(
  "Divided",
  `  input x: f32[37]
  y = x -> lrn(5, alpha=2, k=1e-6)
  z = x -> lrn(5, alpha=2, beta=0.7, k=1e-6)
  output first: f32[37] = y
  output second: f32[37] = z`,
);

function random(seed: number, sizes: readonly number[]): Tensor {
  const stream = new RandomStream(seed, 11);
  const x = tensor(sizes);
  x.data.forEach((_, i) => (x.data[i] = Math.fround(2 * stream.uniform() - 1)));
  return x;
}

const first: Tensors = new Map(
  normed.layers
    .flatMap(({ parameters }) => parameters)
    .map(({ name, spec }, i) => [name, random(100 + i, spec.shape)] as const),
);

describe("norms by the moments of a sample", () => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly("sample_norms", [normed, divided], nativeIsa(), ({ train }) =>
      train ? ["infer", "step"] : ["infer"],
    );
  });

  function trained(threads: number, batch: number): Tensors {
    const native = new NativeModel(addon, normed, threads);
    native.setParameters(first);
    const targets = [Array.from({ length: batch }, (_, i) => i % 2)];
    for (let step = 0; step < 3; step++)
      native.step(new Map([["x", random(step, [batch, ...shape])]]), targets, { step, totalSteps: 3 });
    const found = native.parameters();
    native.dispose();
    return found;
  }

  it.each([1, 3, 17])("give the same bits on 1, 2 and 4 threads, for a batch of %d", (batch) => {
    const alone = trained(1, batch);
    expect(alone).not.toEqual(first);
    expect(trained(2, batch)).toEqual(alone);
    expect(trained(4, batch)).toEqual(alone);
  });

  it("predict for a sample what they predict for it among others", () => {
    const native = new NativeModel(addon, normed, 1);
    native.setParameters(first);
    const [together] = native.infer(new Map([["x", random(5, [3, ...shape])]]));
    const size = sizeOf(shape);
    for (let n = 0; n < 3; n++) {
      const own = random(5, [3, ...shape]).data.subarray(n * size, (n + 1) * size);
      const [alone] = native.infer(new Map([["x", tensor([1, ...shape], own)]]));
      // A dense layer sums a lone sample in other chains: the last bit may differ.
      alone!.data.forEach((value, i) => expect(Math.abs(value - together!.data[2 * n + i]!)).toBeLessThan(5e-7));
    }
    native.dispose();
  });

  it.each([1e-12, 1e-4, 1, 1e4, 1e12])("lrn of values around %d has a relative error below 1e-5", (size) => {
    const x = random(7, [17, 37]);
    x.data.forEach((value, i) => (x.data[i] = Math.fround(value * size)));
    const native = new NativeModel(addon, divided, 1);
    const found = native.infer(new Map([["x", x]]));
    native.dispose();
    referenceOutputs(divided, new Map([["x", x]]), new Map()).forEach((expected, k) => {
      expected.data.forEach((value, i) => {
        expect(Math.abs(found[k]!.data[i]! - value)).toBeLessThan(1e-5 * Math.abs(value));
      });
    });
  });
});
