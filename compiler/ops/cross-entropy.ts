import type { Builder } from "../ir/builder.ts";
import { e } from "../ir/expression.ts";
import { real, reals, whole } from "../opkit/attributes.ts";
import { checkClasses } from "../opkit/class-target.ts";
import { defineLoss } from "../opkit/operator.ts";

/** A number for each class; 1 where none are given. */
const weightsOf = (given: readonly number[], classes: number): readonly number[] =>
  given.length > 0 ? given : Array<number>(classes).fill(1);

interface Options {
  readonly label_smoothing: number;
  readonly class_weights: readonly number[];
  readonly ignore: number;
}

/** -Σ_c q[c]·log softmax(x)[c], where q = weights·((1 - smoothing)·onehot(target) + smoothing/C), and 0 for the ignored class. */
function lowerWeighted(b: Builder, prediction: string, target: string, options: Options): string {
  const { label_smoothing: smoothing, class_weights, ignore } = options;
  const type = b.typeOf(prediction);
  const [classes = 1] = type.shape;
  const right = e.oneHot(target);
  const log = b.node({ family: "softmax", log: true }, [prediction], { part: "log_softmax" });
  const aim = e.add(e.mul(right, 1 - smoothing), smoothing / classes);
  const q = e.mul(aim, e.table(weightsOf(class_weights, classes).map((weight) => -weight)));
  const terms = b.map(e.mul(e.value(log), q), () => ({ [log]: e.mul(e.gradient, q) }), { part: "terms", result: type });
  if (ignore < 0) return b.node({ family: "sample_sum" }, [terms]);
  const loss = b.node({ family: "sample_sum" }, [terms], { part: "of_all" });
  const taken = e.table(Array.from({ length: classes }, (_, c) => (c === ignore ? 0 : 1)));
  const own = b.map(e.mul(right, taken), undefined, { part: "taken", result: type });
  const counts = b.node({ family: "sample_sum" }, [own], { part: "counts" });
  return b.map(e.mul(e.value(loss), e.value(counts)), () => ({ [loss]: e.mul(e.gradient, e.value(counts)) }));
}

export const crossEntropy = defineLoss({
  name: "cross_entropy",
  summary: "Negative log probability of the right class, from logits.",
  doc:
    "loss = log Σ_k exp(x[k]) - x[target], the mean over the batch. Give it logits: it contains the softmax, so that no " +
    "digits are lost. Its gradient is softmax(x) - onehot(target).\n\n" +
    "With options it is -Σ_c q[c]·log softmax(x)[c], q[c] = class_weights[c]·((1 - label_smoothing)·onehot(target)[c] + " +
    "label_smoothing/C) over C classes (Szegedy et al. 2016, arXiv:1512.00567). The mean divides by the number of samples, " +
    "whatever they weigh; a sample of the ignored class counts as 0.",
  attributes: {
    label_smoothing: real({
      doc: "Share of the certainty that goes to all classes alike.",
      default: 0,
      min: 0,
      max: 1,
    }),
    class_weights: reals({ doc: "How much each class counts; all alike where none are given.", default: [] }),
    ignore: whole({
      doc: "Index of a class that is none, such as 'unknown'; -1: there is no such class.",
      default: -1,
      min: -1,
    }),
  },
  check: (c) => {
    const { target, attributes, fail } = c;
    checkClasses("cross_entropy", c);
    const classes = target.classes ?? 1;
    const misfit = (expected: string, found: string): never =>
      fail("CNN309", { loss: "cross_entropy", expected, found });
    const { length } = attributes.class_weights;
    if (length > 0 && length !== classes) misfit(`class_weights for ${classes} classes`, `${length}`);
    if (attributes.ignore >= classes) misfit(`ignore to be an index below ${classes}`, `${attributes.ignore}`);
  },
  lower: ({ b, prediction, target, attributes }) => {
    const { label_smoothing, class_weights, ignore } = attributes;
    const plain = label_smoothing === 0 && class_weights.length === 0 && ignore < 0;
    if (plain) return b.node({ family: "cross_entropy" }, [prediction, target]);
    return lowerWeighted(b, prediction, target, attributes);
  },
  reference: ({ prediction: { data }, target, attributes: { label_smoothing, class_weights, ignore } }) => {
    const right = target[0]!;
    if (right === ignore) return 0;
    const largest = Math.max(...data);
    const logSum = largest + Math.log(data.reduce((sum, x) => sum + Math.exp(x - largest), 0));
    const weights = weightsOf(class_weights, data.length);
    return data.reduce((sum, x, c) => {
      const aim = (c === right ? 1 - label_smoothing : 0) + label_smoothing / data.length;
      return sum + weights[c]! * aim * (logSum - x);
    }, 0);
  },
});
