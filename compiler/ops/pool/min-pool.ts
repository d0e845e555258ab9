import { e } from "../../ir/expression.ts";
import { onnxWindow } from "../../opkit/onnx.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { windowOf } from "../../opkit/windows.ts";
import { lowerPool, poolAttributes, poolReference, poolShape, poolWindow } from "./pool.ts";

export const minPool = defineOperator({
  name: "min_pool",
  category: "pooling",
  summary: "The smallest value of each window.",
  doc:
    "y[c, p, q] = min over the window at (p·stride - pad, q·stride - pad) of x[c, ·, ·]; padding never wins, and of " +
    "equal values the first (by rows) gets the gradient. Computed as -max_pool(-x). " +
    "With stride 1 it is an erosion in the sense of morphology (Serra 1982).",
  operands: ["x"],
  attributes: poolAttributes,
  shape: (c) => poolShape("min_pool", c),
  lower: ({ b, operands: [x], attributes, training }) => {
    const negated = b.map(e.neg(e.value(x!)), () => ({ [x!]: e.neg(e.gradient) }), { part: "negated" });
    const largest = lowerPool("max", { b, operands: [negated], attributes }, training, "largest");
    return b.map(e.neg(e.value(largest)), () => ({ [largest]: e.neg(e.gradient) }));
  },
  onnx: ({ b, operands: [x], types: [type], attributes }) => {
    const window = onnxWindow(windowOf(poolWindow(attributes)), type!);
    return b.node("Neg", [b.node("MaxPool", [b.node("Neg", [x!])], window)]);
  },
  reference: ({ operands: [x], attributes }) =>
    poolReference(x!, windowOf(poolWindow(attributes)), (pixels) => Math.min(...pixels)),
  samples: [
    { link: "min_pool(2)", input: [6, 8, 8], batch: 17 },
    { link: "min_pool(3, stride=2, pad=1)", input: [20, 7, 10], batch: 3 },
    { link: "min_pool(2)", input: [5, 14], batch: 1 },
    { link: "conv(6, kernel=3) -> tanh -> min_pool(2)", input: [3, 8, 10], batch: 2 },
    { link: "min_pool([2, 3], stride=[1, 2], pad=[1, 0, 0, 1])", input: [5, 6, 7], batch: 1 },
  ],
});
