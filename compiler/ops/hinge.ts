import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { checkClasses } from "../opkit/class-target.ts";
import { defineLoss } from "../opkit/operator.ts";
import { sizeOf } from "../shape/tensor-type.ts";

export const hinge = defineLoss({
  name: "hinge",
  summary: "Penalty for each class whose score comes near that of the right one.",
  doc:
    "loss = 1/C·Σ_{c ≠ target} max(0, margin - x[target] + x[c]) over C classes, the mean over the batch: a support " +
    "vector machine for several classes (Weston & Watkins 1999; PyTorch's MultiMarginLoss with p = 1). It works on the " +
    "scores themselves and is content once the right class leads by the margin.",
  attributes: { margin: real({ doc: "The lead that the right class must have.", default: 1, min: 0 }) },
  check: (c) => checkClasses("hinge", c),
  lower: ({ b, prediction, target, attributes: { margin } }) => {
    const [x, right] = [e.value(prediction), e.oneHot(target)];
    const own = b.map(e.mul(x, right), () => ({ [prediction]: e.mul(e.gradient, right) }), { part: "own" });
    const score = b.node({ family: "sample_sum" }, [own], { part: "score" });
    const share = e.mul(e.sub(1, right), 1 / sizeOf(b.typeOf(prediction).shape));
    const lack = e.add(e.sub(x, e.value(score)), margin);
    const slope = e.whereGreater(lack, 0, e.mul(e.gradient, share), 0);
    const terms = b.map(e.mul(e.max(lack, 0), share), () => ({ [prediction]: slope, [score]: e.neg(slope) }), {
      part: "terms",
    });
    return b.node({ family: "sample_sum" }, [terms]);
  },
  reference: ({ prediction: { data }, target, attributes: { margin } }) => {
    const right = target[0]!;
    return (
      data.reduce((sum, x, c) => sum + (c === right ? 0 : Math.max(0, margin - data[right]! + x)), 0) / data.length
    );
  },
});
