import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const leakyRelu = definePointwise({
  name: "leaky_relu",
  summary: "The value itself above 0, a small share of it below.",
  doc: "y = x for x > 0 and slope·x elsewhere, elementwise (Maas et al. 2013).",
  attributes: { slope: real({ doc: "Factor of values below 0.", default: 0.01, min: 0, max: 1 }) },
  forward: (x, { slope }) => e.whereGreater(x, 0, x, e.mul(x, slope)),
  // y has the sign of x, unless the slope is 0; then its gradient is 0 there too.
  gradient: ({ y, dy, attributes: { slope } }) => e.whereGreater(y, 0, dy, e.mul(dy, slope)),
  onnx: (b, x, { slope }) => b.node("LeakyRelu", [x], { alpha: { float: slope } }),
  reference: (x, { slope }) => (x > 0 ? x : slope * x),
  initializer: "he",
  samples: [
    { link: "leaky_relu", input: [5, 3, 7], batch: 3, awayFromZero: 0.01 },
    { link: "leaky_relu(0.2)", input: [33], batch: 17, awayFromZero: 0.01 },
    { link: "leaky_relu(0)", input: [20, 2, 3], batch: 1, awayFromZero: 0.01 },
  ],
});
