import { describe, expect, it } from "vitest";
import { initialValues } from "../../runtime/bind/initialize.ts";
import type { Initializer } from "../../runtime/bind/manifest.ts";

const draw = (initializer: Initializer, seed = 1, name = "conv1.weight") =>
  initialValues({ name, shape: [100, 1000], initializer }, seed);

/** Mean, standard deviation, and the fourth moment by which a normal (3) differs from a uniform (1.8). */
function moments(values: Float32Array) {
  const mean = values.reduce((sum, it) => sum + it, 0) / values.length;
  const power = (k: number) => values.reduce((sum, it) => sum + (it - mean) ** k, 0) / values.length;
  return { mean, std: Math.sqrt(power(2)), kurtosis: power(4) / power(2) ** 2 };
}

describe("initialValues", () => {
  it("draws normals", () => {
    const { mean, std, kurtosis } = moments(draw({ kind: "normal", std: 0.1 }));
    expect(Math.abs(mean)).toBeLessThan(0.0012);
    expect(std).toBeCloseTo(0.1, 2);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.08);
  });

  it("draws uniforms within the bound", () => {
    const values = draw({ kind: "uniform", bound: 0.5 });
    const { mean, std, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.004);
    expect(std).toBeCloseTo(0.5 / Math.sqrt(3), 2);
    expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.02);
    expect(values.every((it) => it >= -0.5 && it < 0.5)).toBe(true);
  });

  it("fills with a constant", () => {
    expect(draw({ kind: "constant", value: 1 }).every((it) => it === 1)).toBe(true);
  });

  it("gives each parameter a stream of its own", () => {
    const first = (seed: number, name: string) => draw({ kind: "normal", std: 1 }, seed, name)[0];
    expect(first(1, "a")).toBe(first(1, "a"));
    expect(new Set([first(1, "a"), first(2, "a"), first(1, "b")]).size).toBe(3);
  });

  it("fills an odd number of normals", () => {
    const initializer = { kind: "normal", std: 1 } as const;
    const values = initialValues({ name: "x", shape: [3], initializer }, 1);
    expect([...values].every((it) => Number.isFinite(it) && it !== 0)).toBe(true);
  });
});
