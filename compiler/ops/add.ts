import { e } from "../ir/expression.ts";
import { broadcastDoc, defineElementwise } from "../opkit/elementwise.ts";

export const add = defineElementwise({
  name: "add",
  summary: "The sum of two values: how a skip connection ends.",
  doc: `y = a + b, elementwise. ${broadcastDoc} So a residual block ends (He et al. 2016, arXiv:1512.03385).`,
  forward: (a, b) => e.add(a, b),
  gradients: ({ dy }) => [dy, dy],
  onnx: "Add",
  reference: (a, b) => a + b,
  samples: [
    { link: "add(x)", input: [5, 3, 7], batch: 3 },
    { link: "conv(20, kernel=3, pad=1) -> add(x)", input: [20, 5, 6], batch: 17 },
    { link: "conv(6, kernel=3, pad=1) -> relu -> conv(6, kernel=1) -> add(x) -> tanh", input: [6, 5, 6], batch: 1 },
    { link: "conv(20, kernel=3, pad=1) -> add(x)", input: [20, 11], batch: 3 },
    { link: "add(x -> global_max_pool -> dense(20))", input: [20, 5, 6], batch: 3 },
  ],
});
