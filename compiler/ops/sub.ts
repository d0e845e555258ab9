import { e } from "../ir/expression.ts";
import { broadcastDoc, defineElementwise } from "../opkit/elementwise.ts";

export const sub = defineElementwise({
  name: "sub",
  summary: "The difference of two values.",
  doc: `y = a - b, elementwise: ONNX's \`Sub\`. ${broadcastDoc}`,
  forward: (a, b) => e.sub(a, b),
  gradients: ({ dy }) => [dy, e.neg(dy)],
  onnx: "Sub",
  reference: (a, b) => a - b,
  samples: [
    { link: "tanh -> sub(x)", input: [5, 3, 7], batch: 3 },
    { link: "sub(x -> global_avg_pool)", input: [20, 4, 3], batch: 2 },
    { link: "global_avg_pool -> dense(6) -> sub(x)", input: [6, 5, 5], batch: 1 },
    { link: "dense(9) -> sub(x)", input: [9], batch: 17 },
  ],
});
