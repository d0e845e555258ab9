import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const tanh = definePointwise({
  name: "tanh",
  summary: "Hyperbolic tangent: squashes to (-1, 1).",
  doc: "y = tanh(x) = (e^{2x} - 1) / (e^{2x} + 1), elementwise. Its derivative, 1 - y², needs only the result (LeCun et al. 1998).",
  forward: (x) => e.tanh(x),
  gradient: ({ y, dy }) => e.mul(dy, e.sub(1, e.square(y))),
  onnx: (b, x) => b.node("Tanh", [x]),
  reference: Math.tanh,
  initializer: "xavier",
});
