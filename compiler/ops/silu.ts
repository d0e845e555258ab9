import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const silu = definePointwise({
  name: "silu",
  summary: "Sigmoid linear unit, also called swish: x·sigmoid(x).",
  doc:
    "y = x·σ(x), σ(x) = 1/(1 + exp(-x)), elementwise; its derivative is σ(x) + y·(1 - σ(x)) " +
    "(Elfwing et al. 2018, arXiv:1702.03118; Ramachandran et al. 2017, arXiv:1710.05941).",
  forward: (x) => e.mul(x, e.sigmoid(x)),
  gradient: ({ x, y, dy }) => e.mul(dy, e.add(e.mul(y, e.sub(1, e.sigmoid(x))), e.sigmoid(x))),
  onnx: (b, x) => b.node("Mul", [x, b.node("Sigmoid", [x])]),
  reference: (x) => x / (1 + Math.exp(-x)),
  initializer: "he",
});
