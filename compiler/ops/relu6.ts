import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const relu6 = definePointwise({
  name: "relu6",
  summary: "ReLU that stays below 6: min(max(0, x), 6).",
  doc: "y = min(max(0, x), 6), elementwise; its derivative is 1 for 0 < x < 6 and 0 elsewhere (Krizhevsky 2010).",
  forward: (x) => e.min(e.max(x, 0), 6),
  gradient: ({ y, dy }) => e.whereGreater(y, 0, e.whereGreater(6, y, dy, 0), 0),
  onnx: (b, x) => b.node("Clip", [x, b.constant(0), b.constant(6)]),
  reference: (x) => Math.min(Math.max(0, x), 6),
  initializer: "he",
  rectifies: true,
  samples: [
    { link: "relu6", input: [33], batch: 17, awayFromZero: 0.01 },
    {
      link: "normalize(mean=[0.1, 0.2, 0.3], std=[0.1, 0.05, 1]) -> relu6",
      input: [3, 5, 7],
      batch: 3,
      awayFromZero: 0.01,
    },
    { link: "relu6", input: [20, 2, 3], batch: 1, awayFromZero: 0.01 },
  ],
});
