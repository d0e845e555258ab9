import { defineOperator } from "../opkit/operator.ts";

export const identity = defineOperator({
  name: "identity",
  category: "shape",
  summary: "The value itself: a branch, or an argument of a block, that does nothing.",
  doc: "y = x, ONNX's `Identity`. It costs nothing.",
  operands: ["x"],
  attributes: {},
  shape: ({ operands: [x] }) => x!,
  lower: ({ operands: [x] }) => x!,
  onnx: ({ operands: [x] }) => x!,
  reference: ({ operands: [x] }) => x!,
  samples: [
    { link: "identity", input: [33], batch: 3 },
    { link: "conv(6, kernel=3, pad=1) -> identity -> add(x)", input: [6, 5, 6], batch: 17 },
    { link: "identity", input: [20, 2, 3], batch: 1 },
  ],
});
