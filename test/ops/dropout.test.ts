import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelOf, NativeModel, tensor, type Tensor, type Tensors } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { hashName, philox, RandomStream } from "../../runtime/random/philox.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const p = 0.3;
const batch = 17;
const pictures = [5, 3, 7] as const;
const elements = pictures[0] * pictures[1] * pictures[2];

/**
 * Seen from outside: with a dense layer behind and one output per sample, seeds of the unit matrix make the weights'
 * gradient what the forward pass of dropout gave, sample by sample; the input's gradient is the backward pass.
 */
const behindDense = modelOf(
  "BehindDense",
  `  input x: f32[${pictures.join(", ")}]
  h = x -> dropout(${p})
  y = h -> flatten -> dense(${batch}, bias=false)
  output result: f32[${batch}] = y`,
);
const alone = modelOf("Alone", `  input x: f32[40]\n  y = x -> dropout(0.9)\n  output result: f32[40] = y`);
const [layer] = behindDense.layers;
const weight = behindDense.layers.flatMap(({ parameters }) => parameters)[0]!.name;

/** The documented draw, in TypeScript: u of one element of one sample. */
function uniform(seed: number, stream: number, step: number, sample: number, index: number): number {
  const words = new Uint32Array(4);
  const high = (x: number): number => Math.floor(x / 2 ** 32);
  philox([index >>> 2, sample, step >>> 0, high(step)], [seed >>> 0, (high(seed) ^ stream) >>> 0], words);
  return (words[index & 3]! >>> 8) * 2 ** -24;
}

function ones(...shape: number[]): Tensor {
  const x = tensor(shape);
  x.data.fill(1);
  return x;
}

const unit = tensor([batch, batch]);
for (let i = 0; i < batch; i++) unit.data[i * batch + i] = 1;

describe.each([...new Set([nativeIsa(), "scalar" as const]), "f32" as const])("dropout, %s", (isa) => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly(`dropout_${isa}`, [behindDense, alone], isa);
  });

  function pass(
    x: Tensor,
    { seed = 1, step = 0, threads = 1 } = {},
  ): { forward: Float64Array; backward: Float64Array } {
    const native = new NativeModel(addon, behindDense, threads);
    native.setParameters(new Map([[weight, ones(batch, elements)]]));
    const gradients: Tensors = native.gradient(new Map([["x", x]]), [unit], { seed, step });
    native.dispose();
    return { forward: gradients.get(weight)!.data, backward: gradients.get("x")!.data };
  }
  const ofOnes = (options = {}) => pass(ones(batch, ...pictures), options);
  const zeros = (values: Float64Array): number => values.filter((x) => x === 0).length;

  it("zeroes the share p of values", () => {
    const steps = 20;
    let found = 0;
    for (let step = 0; step < steps; step++) found += zeros(ofOnes({ step }).forward);
    const draws = steps * batch * elements;
    const sigma = Math.sqrt(draws * p * (1 - p));
    expect(Math.abs(found - draws * p)).toBeLessThan(4 * sigma);
  });

  it("scales what survives by exactly 1/(1-p)", () => {
    const random = new RandomStream(3, 3);
    const x = tensor([batch, ...pictures]);
    x.data.forEach((_, i) => (x.data[i] = Math.fround(random.uniform() + 0.5)));
    const { forward } = pass(x);
    const scale = Math.fround(1 / (1 - p));
    const expected = x.data.map((value, i) => (forward[i] === 0 ? 0 : Math.fround(value * scale)));
    expect(zeros(forward)).toBeGreaterThan(0);
    expect(forward).toEqual(expected);
  });

  it("does nothing in inference", () => {
    const native = new NativeModel(addon, alone);
    const random = new RandomStream(4, 4);
    const x = tensor([3, 40]);
    x.data.forEach((_, i) => (x.data[i] = Math.fround(random.uniform() - 0.5)));
    const [result] = native.infer(new Map([["x", x]]));
    native.dispose();
    expect(result).toEqual({ shape: [3, 40], data: x.data });
  });

  it("passes gradients where it passed values", () => {
    const { forward, backward } = ofOnes({ seed: 5, step: 9 });
    expect(backward).toEqual(forward);
  });

  it("draws anew for another step, seed or sample", () => {
    const { forward } = ofOnes();
    const sample = (n: number): Float64Array => forward.subarray(n * elements, (n + 1) * elements);
    expect(ofOnes().forward).toEqual(forward);
    expect(ofOnes({ step: 1 }).forward).not.toEqual(forward);
    expect(ofOnes({ step: 2 ** 32 }).forward).not.toEqual(forward);
    expect(ofOnes({ seed: 2 }).forward).not.toEqual(forward);
    expect(ofOnes({ seed: 2 ** 32 + 1 }).forward).not.toEqual(forward);
    expect(sample(1)).not.toEqual(sample(0));
  });

  it.each([2, 4])("draws the same on %d threads", (threads) => {
    expect(ofOnes({ seed: 7, step: 3, threads })).toEqual(ofOnes({ seed: 7, step: 3 }));
  });

  it("draws what Philox gives for key (seed, layer) and counter (element, sample, step)", () => {
    const stream = hashName(layer!.name);
    for (const { seed, step } of [
      { seed: 1, step: 0 },
      { seed: 2 ** 40 + 12345, step: 2 ** 33 + 7 },
    ]) {
      const { forward } = ofOnes({ seed, step });
      const scale = Math.fround(1 / (1 - p));
      const drawn = (at: number): number => uniform(seed, stream, step, Math.floor(at / elements), at % elements);
      expect(forward).toEqual(forward.map((_, i) => (Math.fround(p) > drawn(i) ? 0 : scale)));
    }
  });
});
