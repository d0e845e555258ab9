import { normcdf } from "../ir/evaluate.ts";
import { e } from "../ir/expression.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const gelu = definePointwise({
  name: "gelu",
  summary: "Gaussian error linear unit: x times the share of a normal distribution below x.",
  doc:
    "y = x·Φ(x), Φ(x) = (1 + erf(x/√2))/2, elementwise: the exact form, not the one by tanh. Its derivative is " +
    "Φ(x) + x·exp(-x²/2)/√(2π) (Hendrycks & Gimpel 2016, arXiv:1606.08415).",
  forward: (x) => e.mul(x, e.normcdf(x)),
  gradient: ({ x, dy }) => {
    const density = e.mul(e.exp(e.mul(e.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return e.mul(dy, e.add(e.mul(x, density), e.normcdf(x)));
  },
  onnx: (b, x) => {
    const erf = b.node("Erf", [b.node("Mul", [x, b.constant(Math.SQRT1_2)])]);
    const share = b.node("Mul", [b.node("Add", [erf, b.constant(1)]), b.constant(0.5)]);
    return b.node("Mul", [x, share]);
  },
  reference: (x) => x * normcdf(x),
  initializer: "he",
  samples: [
    { link: "gelu", input: [5, 3, 7], batch: 3 },
    { link: "normalize(mean=[0.1, 0.2, 0.3], std=[0.1, 0.5, 1]) -> gelu", input: [3, 5, 7], batch: 1 },
    { link: "gelu", input: [33], batch: 17 },
  ],
});
