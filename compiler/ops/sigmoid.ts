import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const sigmoid = definePointwise({
  name: "sigmoid",
  summary: "Logistic function: squashes to (0, 1).",
  doc: "y = 1/(1 + exp(-x)), elementwise. Its derivative, y·(1 - y), needs only the result (Rumelhart et al. 1986).",
  forward: (x) => e.sigmoid(x),
  gradient: ({ y, dy }) => e.mul(dy, e.mul(y, e.sub(1, y))),
  onnx: (b, x) => b.node("Sigmoid", [x]),
  reference: (x) => 1 / (1 + Math.exp(-x)),
  initializer: "xavier",
  probabilities: "each",
});
