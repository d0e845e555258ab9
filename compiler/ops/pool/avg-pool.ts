import { onnxWindow } from "../../opkit/onnx.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { windowOf } from "../../opkit/windows.ts";
import { countPad, lowerPool, poolAttributes, poolReference, poolShape, poolWindow } from "./pool.ts";

export const avgPool = defineOperator({
  name: "avg_pool",
  category: "pooling",
  summary: "The mean of each window.",
  doc:
    "y[c, p, q] = mean over the window at (p·stride - pad, q·stride - pad) of x[c, ·, ·]. Padding is left out of the " +
    "mean unless count_pad=true, which divides by the whole window. PyTorch's `AvgPool2d`, which has it as " +
    "`count_include_pad`, on by default.",
  operands: ["x"],
  attributes: { ...poolAttributes, count_pad: countPad },
  shape: (c) => poolShape("avg_pool", c),
  lower: (c) => lowerPool(c.attributes.count_pad ? "average_with_pad" : "average", c, false),
  onnx: ({ b, operands: [x], types: [type], attributes }) => {
    const window = onnxWindow(windowOf(poolWindow(attributes)), type!);
    return b.node("AveragePool", [x!], { ...window, count_include_pad: attributes.count_pad ? 1 : 0 });
  },
  reference: ({ operands: [x], attributes }) =>
    poolReference(x!, windowOf(poolWindow(attributes)), (pixels, positions) => {
      const sum = pixels.reduce((total, value) => total + value, 0);
      return sum / (attributes.count_pad ? positions : pixels.length);
    }),
  samples: [
    { link: "avg_pool(2)", input: [6, 8, 8], batch: 17 },
    { link: "avg_pool(3, stride=2, pad=1)", input: [20, 7, 10], batch: 3 },
    { link: "avg_pool(3, stride=2, pad=1, count_pad=true)", input: [16, 7, 10], batch: 1 },
    { link: "avg_pool([2, 3], stride=[1, 2], pad=[1, 0])", input: [5, 5, 7], batch: 2 },
    { link: "avg_pool(3, stride=2, pad=1)", input: [20, 13], batch: 3 },
    { link: "avg_pool(4, stride=3, pad=[2, 1], count_pad=true)", input: [5, 13], batch: 2 },
    { link: "conv(6, kernel=5, pad=2) -> tanh -> avg_pool(2)", input: [1, 12, 12], batch: 3 },
    { link: "conv(16, kernel=3, bias=false) -> avg_pool(3, stride=1)", input: [3, 9, 8], batch: 2 },
  ],
});
