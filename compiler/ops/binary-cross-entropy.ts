import { e } from "../ir/expression.ts";
import { defineElementwiseLoss } from "../opkit/elementwise-loss.ts";

export const binaryCrossEntropy = defineElementwiseLoss({
  name: "binary_cross_entropy",
  summary: "Negative log probability of each label or pixel, from logits.",
  doc:
    "loss = max(x, 0) - x·t + log(1 + exp(-|x|)), the mean over elements and over the batch: -t·log σ(x) - " +
    "(1 - t)·log(1 - σ(x)) in a form that loses no digits. Give it logits, what stands in front of `sigmoid`. Targets t " +
    "are 0, 1 or between. Its derivative is σ(x) - t.",
  targets: ["labels", "mask"],
  term: (x, t) => {
    const decay = e.log1p(e.exp(e.neg(e.max(x, e.neg(x)))));
    return e.add(e.sub(e.max(x, 0), e.mul(x, t)), decay);
  },
  derivative: (x, t) => e.sub(e.sigmoid(x), t),
  reference: (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
});
