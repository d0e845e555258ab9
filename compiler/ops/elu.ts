import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const elu = definePointwise({
  name: "elu",
  summary: "Exponential linear unit: the value itself above 0, a smooth way down to -alpha below.",
  doc:
    "y = x for x > 0 and alpha·(exp(x) - 1) elsewhere, elementwise; its derivative for x ≤ 0 is y + alpha " +
    "(Clevert et al. 2016, arXiv:1511.07289).",
  attributes: { alpha: real({ doc: "What y approaches below 0, negated.", default: 1, min: 0 }) },
  forward: (x, { alpha }) => e.whereGreater(x, 0, x, e.mul(e.expm1(x), alpha)),
  gradient: ({ y, dy, attributes: { alpha } }) => e.whereGreater(y, 0, dy, e.mul(dy, e.add(y, alpha))),
  onnx: (b, x, { alpha }) => b.node("Elu", [x], { alpha: { float: alpha } }),
  reference: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  initializer: "he",
  samples: [
    { link: "elu", input: [5, 3, 7], batch: 3, awayFromZero: 0.01 },
    { link: "elu(0.3)", input: [33], batch: 17, awayFromZero: 0.01 },
    { link: "elu(2)", input: [20, 2, 3], batch: 1, awayFromZero: 0.01 },
  ],
});
