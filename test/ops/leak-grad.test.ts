import { beforeAll, describe, expect, it } from "vitest";
import { nativeIsa } from "../../compiler/build/toolchain.ts";
import { modelOf, NativeModel, tensor, type Tensor } from "../../compiler/testing/index.ts";
import type { Addon } from "../../runtime/bind/addon.ts";
import { hashName, philox, RandomStream } from "../../runtime/random/philox.ts";
import { buildQuickly } from "../support/build-quickly.ts";

const [from, to] = [0.01, 0.05];
const shape = [5, 3, 7] as const;
const elements = shape[0] * shape[1] * shape[2];
const batch = 17;
const model = modelOf(
  "Leak",
  `  input x: f32[${shape.join(", ")}]\n  y = x -> relu(leak_grad=${from}..${to})\n  output result: f32[${shape.join(", ")}] = y`,
);
const stream = hashName(model.layers[0]!.name);

/** The documented draw: u of one element of one sample. */
function uniform(seed: number, step: number, sample: number, index: number): number {
  const words = new Uint32Array(4);
  philox([index >>> 2, sample, step, 0], [seed, stream], words);
  return (words[index & 3]! >>> 8) * 2 ** -24;
}

describe("relu(leak_grad=0.01..0.05)", () => {
  let addon: Addon;
  beforeAll(async () => {
    addon = await buildQuickly("leak_grad", [model], nativeIsa());
  });

  const random = new RandomStream(1, 5);
  const normal = (): Tensor => {
    const x = tensor([batch, ...shape]);
    x.data.forEach((_, i) => (x.data[i] = Math.fround(random.uniform() * 2 - 1)));
    return x;
  };
  const [x, seeds] = [normal(), normal()];

  function backward(options: { seed: number; step: number }): Float64Array {
    const native = new NativeModel(addon, model);
    const gradients = native.gradient(new Map([["x", x]]), [seeds], options);
    native.dispose();
    return gradients.get("x")!.data;
  }

  it("gives max(0, x)", () => {
    const native = new NativeModel(addon, model);
    const [y] = native.infer(new Map([["x", x]]));
    native.dispose();
    expect(y!.data).toEqual(x.data.map((value) => Math.max(0, value)));
  });

  it("has the gradient of the drawn slopes, in float64", () => {
    for (const [seed, step] of [
      [1, 0],
      [9, 1234],
    ] as const) {
      const found = backward({ seed, step });
      found.forEach((value, i) => {
        const u = uniform(seed, step, Math.floor(i / elements), i % elements);
        const slope = x.data[i]! > 0 ? 1 : from + (to - from) * u;
        expect(Math.abs(value - seeds.data[i]! * slope)).toBeLessThan(1e-7);
      });
    }
  });

  it("draws slopes uniformly from the range, anew in every step", () => {
    const slopes: number[] = [];
    for (let step = 0; step < 40; step++)
      backward({ seed: 2, step }).forEach((value, i) => {
        if (x.data[i]! <= 0 && Math.abs(seeds.data[i]!) > 1e-3) slopes.push(value / seeds.data[i]!);
      });
    expect(Math.min(...slopes.slice(0, 10_000))).toBeGreaterThan(from - 1e-6);
    expect(Math.max(...slopes.slice(0, 10_000))).toBeLessThan(to + 1e-6);
    const mean = slopes.reduce((a, s) => a + s, 0) / slopes.length;
    const variance = slopes.reduce((a, s) => a + (s - mean) ** 2, 0) / slopes.length;
    // A uniform range has mean (a + b)/2 and variance (b - a)²/12; four sigma of the mean, a tenth of the variance.
    expect(Math.abs(mean - (from + to) / 2)).toBeLessThan((4 * (to - from)) / Math.sqrt(12 * slopes.length));
    expect(Math.abs(variance / ((to - from) ** 2 / 12) - 1)).toBeLessThan(0.1);
    expect(backward({ seed: 2, step: 0 })).not.toEqual(backward({ seed: 2, step: 1 }));
  });
});
