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

  it.each([
    ["wide", [20, 3, 5, 5]],
    ["tall", [90, 16]],
    ["square", [64, 64]],
    ["a single row", [1, 9]],
  ])("draws orthogonal matrices: %s", (_, shape) => {
    const values = initialValues({ name: "x", shape, initializer: { kind: "orthogonal" } }, 3);
    const [rows = 1] = shape;
    const columns = values.length / rows;
    const at = (r: number, c: number): number => values[r * columns + c]!;
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
    const vectors = Array.from({ length: count }, (_, i) =>
      Array.from({ length }, (_, k) => (rows <= columns ? at(i, k) : at(k, i))),
    );
    vectors.forEach((a, i) =>
      vectors.forEach((b, j) => {
        const product = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
      }),
    );
  });

  it("draws orthogonal matrices of which none is likelier", () => {
    const draws = Array.from(
      { length: 400 },
      (_, seed) => initialValues({ name: "x", shape: [3, 3], initializer: { kind: "orthogonal" } }, seed)[4]!,
    );
    const { mean, std } = moments(Float32Array.from(draws));
    // Each element has the mean 0 and the variance 1/3.
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(std - Math.sqrt(1 / 3))).toBeLessThan(0.05);
  });
});
