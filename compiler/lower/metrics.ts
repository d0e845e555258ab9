import type { CheckedOutput } from "../check/program.ts";
import type { Builder } from "../ir/builder.ts";
import { e, type Expression } from "../ir/expression.ts";
import type { ValueId } from "../ir/graph.ts";
import { sizeOf, type TensorType } from "../shape/tensor-type.ts";

export interface Metric {
  readonly name: string;
  /** One number per sample. */
  readonly value: ValueId;
}

/** What a step tells about an output beside the loss. */
interface Measured {
  readonly b: Builder;
  readonly output: CheckedOutput;
  /** The output's value; for classes, the scores that the loss is given, whose largest is that of the probabilities. */
  readonly value: ValueId;
  readonly target: ValueId;
}

/** The type of an output's target: the index of a class, or numbers of the output's shape. */
export function targetType({ kind, shape }: CheckedOutput): TensorType {
  if (kind !== "class") return { dtype: "f32", shape };
  const [below = 0, ...positions] = shape;
  return { dtype: "i32", shape: positions, below };
}

export function metricsOf(measured: Measured): readonly Metric[] {
  switch (measured.output.kind) {
    case "class":
      return accuracy(measured);
    case "labels":
      return rightDecisions(measured);
    case "mask":
      return overlaps(measured);
    case "tensor":
      return absoluteError(measured);
  }
}

function accuracy({ b, output, value, target }: Measured): readonly Metric[] {
  const hits = b.node({ family: "class_hits" }, [value, target], { part: "hits" });
  return [{ name: `${output.name}.accuracy`, value: hits }];
}

/** 1 above a half, else 0. */
const decided = (id: ValueId): Expression => e.whereGreater(e.value(id), 0.5, 1, 0);

/** The share of labels that are decided as the target decides them. */
function rightDecisions({ b, output, value, target }: Measured): readonly Metric[] {
  const truth = decided(target);
  const right = e.whereGreater(e.value(value), 0.5, truth, e.sub(1, truth));
  return [{ name: `${output.name}.accuracy`, value: mean(b, right, value, "right") }];
}

/** |A ∩ B|/|A ∪ B| and 2·|A ∩ B|/(|A| + |B|) of the pixels above a half; 1 where both masks are empty. */
function overlaps({ b, output: { name }, value, target }: Measured): readonly Metric[] {
  const [found, truth] = [decided(value), decided(target)];
  const common = e.value(total(b, e.min(found, truth), "common"));
  const united = e.value(total(b, e.max(found, truth), "united"));
  const ratio = (above: Expression, below: Expression, part: string): ValueId =>
    b.map(e.whereGreater(below, 0, e.div(above, below), 1), undefined, { part });
  return [
    { name: `${name}.iou`, value: ratio(common, united, "iou") },
    { name: `${name}.dice`, value: ratio(e.mul(common, 2), e.add(common, united), "dice") },
  ];
}

function absoluteError({ b, output: { name }, value, target }: Measured): readonly Metric[] {
  const [x, t] = [e.value(value), e.value(target)];
  return [{ name: `${name}.mae`, value: mean(b, e.max(e.sub(x, t), e.sub(t, x)), value, "error") }];
}

/** The means over all elements of a value and of its square. */
export function momentsOf(b: Builder, value: ValueId): readonly Metric[] {
  const x = e.value(value);
  return [
    { name: `${value}.mean`, value: mean(b, x, value, "mean") },
    { name: `${value}.mean_square`, value: mean(b, e.mul(x, x), value, "mean_square") },
  ];
}

function mean(b: Builder, term: Expression, like: ValueId, part: string): ValueId {
  return total(b, e.mul(term, 1 / sizeOf(b.typeOf(like).shape)), part);
}

function total(b: Builder, term: Expression, part: string): ValueId {
  const terms = b.map(term, undefined, { part: `${part}_terms` });
  return b.node({ family: "sample_sum" }, [terms], { part });
}
