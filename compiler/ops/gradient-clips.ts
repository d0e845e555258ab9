import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { defineClip } from "../opkit/operator.ts";

export const norm = defineClip({
  name: "norm",
  summary: "Scales all gradients by one factor, so that their norm does not exceed a limit.",
  doc:
    "g ← g·min(1, max/(‖g‖ + 1e-6)), where ‖g‖ is the L2 norm over the gradients of all parameters together " +
    "(Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063; PyTorch's `clip_grad_norm_`). The direction stays. It comes " +
    "before the optimiser's weight decay.",
  attributes: { max: real({ doc: "The largest norm.", min: 0 }) },
  clip: (gradient, { max }) => e.mul(gradient, e.min(1, e.div(max, e.add(e.scalar("gradient_norm"), 1e-6)))),
});

export const value = defineClip({
  name: "value",
  summary: "Brings each element of the gradients into a range.",
  doc:
    "g ← max(-max, min(max, g)), elementwise (PyTorch's `clip_grad_value_`). It comes before the optimiser's weight " +
    "decay.",
  attributes: { max: real({ doc: "The largest magnitude of an element.", min: 0 }) },
  clip: (gradient, { max }) => e.max(-max, e.min(max, gradient)),
});
