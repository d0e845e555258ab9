import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const clip = definePointwise({
  name: "clip",
  summary: "Holds values within two bounds.",
  doc:
    "y = min(max(x, min), max), elementwise; its derivative is 1 for min < x < max and 0 elsewhere. Where min is above " +
    "max, everything is max. ONNX's `Clip`.",
  attributes: { min: real({ doc: "The lower bound." }), max: real({ doc: "The upper bound." }) },
  forward: (x, { min, max }) => e.min(e.max(x, min), max),
  // Of x: a result that is stored in few bits need not be the bound that it was held at.
  gradient: ({ x, dy, attributes: { min, max } }) => e.whereGreater(x, min, e.whereGreater(max, x, dy, 0), 0),
  // The standard leaves open what a lower bound above the upper one does.
  onnx: (b, x, { min, max }) => b.node("Clip", [x, b.constant(Math.min(min, max)), b.constant(max)]),
  reference: (x, { min, max }) => Math.min(Math.max(x, min), max),
  samples: [
    { link: "clip(-0.5, 0.25)", input: [5, 3, 7], batch: 3 },
    { link: "clip(min=-0.1, max=2)", input: [33], batch: 17 },
    { link: "clip(-0.3, 0.3)", input: [20, 2, 3], batch: 1 },
  ],
});
