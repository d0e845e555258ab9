import { defineLoss } from "../opkit/operator.ts";
import { formatShape } from "../shape/tensor-type.ts";

export const crossEntropy = defineLoss({
  name: "cross_entropy",
  summary: "Negative log probability of the right class, from logits.",
  doc:
    "loss = log Σ_k exp(x[k]) - x[target], the mean over the batch (and over pixels). Give it logits: it contains the " +
    "softmax, so that no digits are lost. Its gradient is softmax(x) - onehot(target).",
  attributes: {},
  check: ({ prediction, target, fail }) => {
    if (target.kind !== "class")
      fail("CNN309", { loss: "cross_entropy", expected: "a class output", found: `a ${target.kind} output` });
    if (prediction.shape[0] !== target.classes)
      fail("CNN309", {
        loss: "cross_entropy",
        expected: `logits for ${target.classes} classes`,
        found: formatShape(prediction.shape),
      });
  },
  lower: ({ b, prediction, target }) => b.node({ family: "cross_entropy" }, [prediction, target]),
  reference: ({ prediction, target }) => {
    const [classes = 1] = prediction.shape;
    const pixels = prediction.data.length / classes;
    let loss = 0;
    for (let i = 0; i < pixels; i++) {
      const scores = Array.from({ length: classes }, (_, c) => prediction.data[c * pixels + i]!);
      const largest = Math.max(...scores);
      const logSum = Math.log(scores.reduce((sum, x) => sum + Math.exp(x - largest), 0));
      loss += (logSum + largest - scores[target[i]!]!) / pixels;
    }
    return loss;
  },
});
