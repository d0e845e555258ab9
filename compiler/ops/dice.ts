import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { checkTarget } from "../opkit/elementwise-loss.ts";
import { defineLoss } from "../opkit/operator.ts";

export const dice = defineLoss({
  name: "dice",
  summary: "How little a predicted and a true mask overlap, from logits.",
  doc:
    "loss = 1 - (2·Σ p·t + smooth)/(Σ p + Σ t + smooth), p = σ(x), sums over the elements of a sample; the mean over the " +
    "batch. Give it logits, what stands in front of `sigmoid`. Unlike `binary_cross_entropy` it does not mind that most " +
    "pixels are background (Milletari et al. 2016, arXiv:1606.04797).",
  attributes: { smooth: real({ doc: "Added above and below: the loss of two empty masks is 0.", default: 1, min: 0 }) },
  check: (c) => checkTarget("dice", ["labels", "mask"], c),
  lower: ({ b, prediction, target, attributes: { smooth } }) => {
    const [p, t] = [e.sigmoid(e.value(prediction)), e.value(target)];
    const slope = e.mul(e.gradient, e.mul(p, e.sub(1, p)));
    const sum = (terms: string, part: string): string => b.node({ family: "sample_sum" }, [terms], { part });
    const common = b.map(e.mul(p, t), () => ({ [prediction]: e.mul(slope, t) }), { part: "products" });
    const both = b.map(e.add(p, t), () => ({ [prediction]: slope }), { part: "terms" });
    const [overlap, total] = [sum(common, "overlap"), sum(both, "total")];
    const below = e.add(e.value(total), smooth);
    const ratio = e.div(e.add(e.mul(e.value(overlap), 2), smooth), below);
    return b.map(e.sub(1, ratio), () => ({
      [overlap]: e.mul(e.gradient, e.div(-2, below)),
      [total]: e.mul(e.gradient, e.div(ratio, below)),
    }));
  },
  reference: ({ prediction: { data }, target, attributes: { smooth } }) => {
    let [overlap, total] = [0, 0];
    data.forEach((x, i) => {
      const p = 1 / (1 + Math.exp(-x));
      overlap += p * target[i]!;
      total += p + target[i]!;
    });
    return 1 - (2 * overlap + smooth) / (total + smooth);
  },
});
