import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const hardSwish = definePointwise({
  name: "hard_swish",
  summary: "SiLU without an exponential: x·hard_sigmoid(x).",
  doc:
    "y = x·min(max(0, x + 3), 6)/6, elementwise; its derivative is 0 for x ≤ -3, 1 for x > 3 and x/3 + 1/2 in between " +
    "(Howard et al. 2019, arXiv:1905.02244).",
  forward: (x) => e.mul(x, e.mul(e.min(e.max(e.add(x, 3), 0), 6), 1 / 6)),
  gradient: ({ x, dy }) => {
    const between = e.mul(dy, e.add(e.mul(x, 1 / 3), 0.5));
    return e.whereGreater(x, 3, dy, e.whereGreater(x, -3, between, 0));
  },
  onnx: (b, x) => b.node("HardSwish", [x]),
  reference: (x) => (x * Math.min(Math.max(0, x + 3), 6)) / 6,
  initializer: "he",
  samples: [
    { link: "hard_swish", input: [33], batch: 17 },
    { link: "normalize(mean=[0.1, 0.2, 0.3], std=[0.1, 0.2, 1]) -> hard_swish", input: [3, 5, 7], batch: 3 },
    { link: "hard_swish", input: [20, 2, 3], batch: 1 },
  ],
});
