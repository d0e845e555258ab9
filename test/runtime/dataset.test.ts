import { describe, expect, expectTypeOf, it } from "vitest";
import { arrayDataset, pick, slice } from "../../runtime/data/dataset.ts";
import { CnncDataError } from "../../runtime/errors.ts";

const data = arrayDataset({
  image: { data: Float32Array.of(0, 0, 1, 1, 2, 2, 3, 3), sampleSize: 2 },
  kind: { data: Uint8Array.of(0, 1, 2, 3), sampleSize: 1 },
});

describe("a data set in memory", () => {
  it("gathers rows and keeps the arrays' types", async () => {
    const batch = await data.gather([3, 1]);
    expectTypeOf(batch.kind).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    expect(batch).toEqual({ image: Float32Array.of(3, 3, 1, 1), kind: Uint8Array.of(3, 1) });
  });

  it("can be cut and picked from", async () => {
    expect((await slice(data, 1, 3).gather([0, 1])).kind).toEqual(Uint8Array.of(1, 2));
    expect(slice(data, 1).size).toBe(3);
    const picked = pick(slice(data, 1), [2, 0]);
    expect(picked.size).toBe(2);
    expect((await picked.gather([0, 1])).kind).toEqual(Uint8Array.of(3, 1));
  });

  it("refuses samples that it does not have", () => {
    expect(() => data.gather([4])).toThrow(CnncDataError);
    expect(() => pick(data, [-1])).toThrow("there is no sample -1, the data set has 4");
    expect(() => slice(data, 1, 2).gather([1])).toThrow(CnncDataError);
  });

  it("refuses columns of different length", () => {
    const a = { data: new Uint8Array(4), sampleSize: 2 };
    const b = { data: new Uint8Array(3), sampleSize: 1 };
    expect(() => arrayDataset({ a, b })).toThrow("a has 2 samples, b has 3");
    expect(() => arrayDataset({ a: { ...a, sampleSize: 3 } })).toThrow(/no whole number/);
  });
});
