import { describe, expect, it } from "vitest";
import { ClassPredictions } from "../../runtime/bind/class-predictions.ts";
import { qualityOf, scoreOf, type Score } from "../../runtime/index.ts";
import { ClassCounter } from "../../runtime/train/class-evaluation.ts";

describe("ClassCounter", () => {
  it("counts by class", () => {
    const counter = new ClassCounter(["a", "b", "c"]);
    counter.add(Float32Array.of(0.5, 0.25, 0.25, 0.5, 0.25, 0.25), [0, 1]);
    counter.add(Float32Array.of(0, 0, 1), [2]);
    const { top1, top5, loss, perClass, confusion } = counter.result();
    expect(top1).toBeCloseTo(2 / 3);
    expect(top5).toBe(1);
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4)) / 3);
    expect(perClass).toEqual([
      { label: "a", count: 1, correct: 1, predicted: 2, precision: 0.5, recall: 1 },
      // Never predicted: it has no precision.
      { label: "b", count: 1, correct: 0, predicted: 0, recall: 0 },
      { label: "c", count: 1, correct: 1, predicted: 1, precision: 1, recall: 1 },
    ]);
    expect([...confusion!]).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it("keeps the samples with the largest loss, the worst first", () => {
    const counter = new ClassCounter(["a", "b"], 2);
    counter.add(Float32Array.of(0.5, 0.5, 0.75, 0.25, 0.25, 0.75), [0, 1, 1]);
    counter.add(Float32Array.of(0.125, 0.875), [0]);
    expect(counter.result().worst).toEqual([
      { sample: 3, truth: 0, predicted: 1, probability: 0.875, loss: Math.log(8) },
      { sample: 1, truth: 1, predicted: 0, probability: 0.75, loss: Math.log(4) },
    ]);
    expect(new ClassCounter(["a", "b"]).result().worst).toBe(undefined);
  });

  it("breaks ties for the first", () => {
    const counter = new ClassCounter(["a", "b"]);
    counter.add(Float32Array.of(0.5, 0.5, 0.5, 0.5), [0, 1]);
    expect(counter.result().top1).toBe(0.5);
  });

  it("stays finite for a sure mistake", () => {
    const counter = new ClassCounter(["a", "b"]);
    counter.add(Float32Array.of(1, 0), [1]);
    expect(counter.result().loss).toBeCloseTo(103.28, 1);
  });
});

describe("ClassPredictions", () => {
  const found = new ClassPredictions(Float32Array.of(0.1, 0.7, 0.2, 0.5, 0.5, 0), ["x", "y", "z"]);

  it("has one prediction per sample", () => {
    expect(found).toHaveLength(2);
    expect(found.map((it) => it.label)).toEqual(["y", "x"]);
    expect(found[0]!.index).toBe(1);
    expect(found[0]!.probability).toBeCloseTo(0.7);
    expect(found[0]!.top(2).map((it) => it.label)).toEqual(["y", "z"]);
  });

  it("shares one array", () => {
    expect(found.probabilities.buffer).toBe(found[1]!.probabilities.buffer);
  });

  it("prints as JSON", () => {
    expect(JSON.parse(JSON.stringify(found.slice(1)))).toEqual([{ label: "x", index: 0, probability: 0.5 }]);
  });
});

describe("scoreOf", () => {
  it("compares evaluations by their class output, else by their first; less of an error is better", () => {
    const evaluation = (outputs: object) =>
      ({ samples: 1, seconds: 1, imagesPerSecond: 1, outputs }) as Parameters<typeof scoreOf>[0];
    const mask = { kind: "mask", iou: 0.5, dice: 0.6 };
    expect(scoreOf(evaluation({ m: mask, c: { kind: "class", top1: 0.9 } }))).toEqual({
      metric: "accuracy",
      value: 0.9,
    });
    expect(scoreOf(evaluation({ m: mask }))).toEqual({ metric: "intersection over union", value: 0.5 });
    expect(scoreOf(evaluation({ l: { kind: "labels", accuracy: 0.7 } })).value).toBe(0.7);
    const error = (mae: number): Score => scoreOf(evaluation({ t: { kind: "tensor", mae } }));
    expect(qualityOf(error(1))).toBeGreaterThan(qualityOf(error(2)));
    expect(() => scoreOf(evaluation({}))).toThrow("no output");
  });
});
