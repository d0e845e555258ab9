import { onnxWindow } from "../../opkit/onnx.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { windowOf } from "../../opkit/windows.ts";
import { lowerPool, poolAttributes, poolReference, poolShape, poolWindow } from "./pool.ts";

export const maxPool = defineOperator({
  name: "max_pool",
  category: "pooling",
  summary: "The largest value of each window.",
  doc:
    "y[c, p, q] = max over the window at (p·stride - pad, q·stride - pad) of x[c, ·, ·]; padding never wins, and of " +
    "equal values the first (by rows) gets the gradient (Scherer et al. 2010).",
  operands: ["x"],
  attributes: poolAttributes,
  shape: (c) => poolShape("max_pool", c),
  lower: (c) => lowerPool("max", c, c.training),
  onnx: ({ b, operands: [x], types: [type], attributes }) =>
    b.node("MaxPool", [x!], onnxWindow(windowOf(poolWindow(attributes)), type!)),
  reference: ({ operands: [x], attributes }) =>
    poolReference(x!, windowOf(poolWindow(attributes)), (pixels) => Math.max(...pixels)),
  samples: [
    { link: "max_pool(2)", input: [6, 8, 8], batch: 3 },
    { link: "max_pool(3, stride=2)", input: [16, 9, 9], batch: 2 },
    { link: "max_pool(3, stride=2, pad=1)", input: [20, 7, 10], batch: 3 },
    { link: "max_pool(17)", input: [3, 18, 34], batch: 1 },
    { link: "max_pool([2, 3], stride=[1, 2], pad=[0, 1])", input: [5, 6, 7], batch: 2 },
    { link: "max_pool(3, stride=2, pad=[1, 0])", input: [20, 12], batch: 17 },
    { link: "conv(16, kernel=3, pad=1) -> max_pool(2) -> relu", input: [4, 8, 8], batch: 2 },
    { link: "conv(6, kernel=3) -> tanh -> max_pool(3, stride=2)", input: [3, 11, 9], batch: 2 },
  ],
});
