import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const hardSigmoid = definePointwise({
  name: "hard_sigmoid",
  summary: "The sigmoid as three straight lines: 0, x/6 + 1/2, 1.",
  doc:
    "y = min(max(0, x + 3), 6)/6, elementwise; its derivative is 1/6 for -3 < x < 3 and 0 elsewhere (PyTorch's slope; " +
    "Howard et al. 2019, arXiv:1905.02244).",
  forward: (x) => e.mul(e.min(e.max(e.add(x, 3), 0), 6), 1 / 6),
  gradient: ({ y, dy }) => e.whereGreater(y, 0, e.whereGreater(1, y, e.mul(dy, 1 / 6), 0), 0),
  onnx: (b, x) => b.node("HardSigmoid", [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  reference: (x) => Math.min(Math.max(0, x + 3), 6) / 6,
  initializer: "xavier",
  samples: [
    { link: "hard_sigmoid", input: [33], batch: 17 },
    { link: "normalize(mean=[0.1, 0.2, 0.3], std=[0.1, 0.2, 1]) -> hard_sigmoid", input: [3, 5, 7], batch: 3 },
    { link: "hard_sigmoid", input: [20, 2, 3], batch: 1 },
  ],
});
