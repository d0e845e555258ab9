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
import { RandomStream } from "../../runtime/random/philox.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const shape = [5, 3, 7] as const;
const plane = shape[1] * shape[2];
const batch = 17;
const model = modelOf(
  "Normed",
  `  input x: f32[${shape.join(", ")}]
  h = x -> batch_norm
  logits = h -> relu -> flatten -> dense(2)
  output kind: class("a", "b") = logits -> softmax
  train { loss = cross_entropy(logits, kind)  optimizer = sgd(lr=0) }`,
);
const [norm] = model.layers;
const name = (part: string): string => `${norm!.name}.${part}`;

/** Pictures around `mean` with deviation about 0.3, rounded to f32. */
function draw(seed: number, mean: number): Tensor {
  const random = new RandomStream(seed, 7);
  const x = tensor([batch, ...shape]);
  x.data.forEach((_, i) => (x.data[i] = Math.fround(mean + random.uniform() - 0.5)));
  return x;
}

/** Mean, and variance over `count - less` elements, of each channel. */
function moments(x: Tensor, less: 0 | 1): { mean: number[]; variance: number[] } {
  const channels = Array.from({ length: shape[0] }, (_, c) =>
    Array.from(x.data).filter((_value, i) => Math.floor(i / plane) % shape[0] === c),
  );
  const mean = channels.map((values) => values.reduce((a, v) => a + v, 0) / values.length);
  const variance = channels.map(
    (values, c) => values.reduce((a, v) => a + (v - mean[c]!) ** 2, 0) / (values.length - less),
  );
  return { mean, variance };
}

describe("batch_norm while training", () => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly("batch_norm", [model], nativeIsa(), () => ["infer", "step"]);
  });
  const targets = [Array.from({ length: batch }, (_, i) => i % 2)];

  function open(threads = 1): NativeModel {
    const native = new NativeModel(addon, model, threads);
    const random = new RandomStream(3, 3);
    const first = model.layers.flatMap(({ parameters }) =>
      parameters.map(({ name: parameter, spec }) => {
        const x = tensor(spec.shape);
        const one = spec.initial.kind === "ones" ? 1 : 0;
        x.data.forEach(
          (_, i) => (x.data[i] = spec.initial.kind === "weight" ? Math.fround(random.uniform() - 0.5) : one),
        );
        return [parameter, x] as const;
      }),
    );
    native.setParameters(new Map(first));
    return native;
  }

  it.each([0, 1000])("moves the running values towards the batch's by a tenth, around %d", (mean) => {
    const native = open();
    const expected = { mean: Array<number>(shape[0]).fill(0), variance: Array<number>(shape[0]).fill(1) };
    for (let step = 0; step < 3; step++) {
      const x = draw(step, mean);
      native.step(new Map([["x", x]]), targets, { step, totalSteps: 3 });
      const own = moments(x, 1);
      expected.mean = expected.mean.map((value, c) => 0.9 * value + 0.1 * own.mean[c]!);
      expected.variance = expected.variance.map((value, c) => 0.9 * value + 0.1 * own.variance[c]!);
    }
    const found = native.parameters();
    native.dispose();
    found.get(name("running_mean"))!.data.forEach((value, c) => {
      expect(Math.abs(value - expected.mean[c]!)).toBeLessThan(1e-6 * (1 + mean));
    });
    // Around 1000 an f32 holds a deviation of 0.3 to 1e-4; nothing more is lost.
    found.get(name("running_var"))!.data.forEach((value, c) => {
      expect(Math.abs(value - expected.variance[c]!)).toBeLessThan(1e-6 * expected.variance[c]!);
    });
  });

  it("predicts with the running values as they are after the last step", () => {
    const native = open();
    const x = draw(9, 0.5);
    const inputs: Tensors = new Map([["x", x]]);
    const before = native.infer(inputs);
    native.step(inputs, targets, { step: 0, totalSteps: 1 });
    const [after] = native.infer(inputs);
    const [expected] = referenceOutputs(model, inputs, native.parameters());
    native.dispose();
    expect(after!.data).not.toEqual(before[0]!.data);
    expected!.data.forEach((value, i) => expect(Math.abs(value - after!.data[i]!)).toBeLessThan(2e-6));
  });

  it("gives the same bits on 1, 2 and 4 threads", () => {
    const run = (threads: number): Tensors => {
      const native = open(threads);
      for (let step = 0; step < 3; step++)
        native.step(new Map([["x", draw(step, 3)]]), targets, { step, totalSteps: 3 });
      const found = native.parameters();
      native.dispose();
      return found;
    };
    const alone = run(1);
    expect(run(2)).toEqual(alone);
    expect(run(4)).toEqual(alone);
  });
});
