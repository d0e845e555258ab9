import { expect, test } from "vitest";
import { epochLine } from "../../compiler/cli/epoch-line.ts";
import type { Evaluation } from "../../runtime/index.ts";

const report = { epoch: 1, epochs: 10, step: 9, learningRate: 0.1, loss: 0.25, seconds: 2, imagesPerSecond: 1234 };
const line = (metrics: Readonly<Record<string, number>>, outputs: object): string => {
  const validation = { samples: 1, seconds: 1, imagesPerSecond: 1, outputs } as Evaluation;
  return epochLine({ ...report, metrics, deadUnits: [], validation }, "images").replace(/ {2}1,234 images.*/, "");
};

test.each([
  [
    "a class",
    { "digit.accuracy": 0.5 },
    { digit: { kind: "class", labels: Array(10), top1: 0.75, top5: 0.875 } },
    "epoch  2/10  loss 0.2500  accuracy 50.0%  validation 75.0%  top-5 87.5%",
  ],
  [
    "few classes",
    { "digit.accuracy": 0.5 },
    { digit: { kind: "class", labels: Array(3), top1: 0.75, top5: 1 } },
    "epoch  2/10  loss 0.2500  accuracy 50.0%  validation 75.0%",
  ],
  [
    "a mask",
    { "shape.iou": 0.5, "shape.dice": 0.625 },
    { shape: { kind: "mask", iou: 0.25, dice: 0.4 } },
    "epoch  2/10  loss 0.2500  IoU 50.0%  Dice 62.5%  validation IoU 25.0%  Dice 40.0%",
  ],
  ["labels", {}, { tags: { kind: "labels", accuracy: 0.9 } }, "epoch  2/10  loss 0.2500  validation 90.0%"],
  ["numbers", {}, { size: { kind: "tensor", mae: 0.5 } }, "epoch  2/10  loss 0.2500  validation error 0.5000"],
])("the line of an epoch tells how well %s is predicted", (_what, metrics, outputs, expected) => {
  expect(line(metrics, outputs)).toBe(expected);
});
