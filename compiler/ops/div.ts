import { e } from "../ir/expression.ts";
import { broadcastDoc, defineElementwise } from "../opkit/elementwise.ts";

export const div = defineElementwise({
  name: "div",
  summary: "The quotient of two values.",
  doc: `y = a/b, elementwise, ONNX's \`Div\`; what is divided by 0 becomes ±∞ or not a number. ${broadcastDoc}`,
  forward: (a, b) => e.div(a, b),
  gradients: ({ b, y, dy }) => [e.div(dy, b), e.neg(e.div(e.mul(dy, y), b))],
  onnx: "Div",
  reference: (a, b) => a / b,
  samples: [
    { link: "div(x -> sigmoid)", input: [5, 3, 7], batch: 3 },
    { link: "div(x -> global_avg_pool -> sigmoid)", input: [20, 4, 3], batch: 2 },
    { link: "global_avg_pool -> div(x -> sigmoid)", input: [6, 5, 5], batch: 1 },
    { link: "tanh -> div(x -> sigmoid)", input: [9], batch: 17 },
  ],
});
