import { CnncDataError } from "../errors.ts";
import type { Evaluation } from "./evaluate.ts";
import type { OutputEvaluation } from "./output-evaluation.ts";

/** The one number by which evaluations are compared. */
export interface Score {
  readonly metric: "accuracy" | "intersection over union" | "mean absolute error";
  readonly value: number;
}

/** The first class output, else the first output that the data have. */
export function leadingOutput({ outputs }: Evaluation): OutputEvaluation | undefined {
  const all = Object.values(outputs);
  return all.find(({ kind }) => kind === "class") ?? all[0];
}

/** Of the leading output. */
export function scoreOf(evaluation: Evaluation): Score {
  const output = leadingOutput(evaluation);
  if (output === undefined) throw new CnncDataError("the data have no output by which weights could be compared");
  switch (output.kind) {
    case "class":
      return { metric: "accuracy", value: output.top1 };
    case "labels":
      return { metric: "accuracy", value: output.accuracy };
    case "mask":
      return { metric: "intersection over union", value: output.iou };
    case "tensor":
      return { metric: "mean absolute error", value: output.mae };
  }
}

/** More is better. */
export function qualityOf({ metric, value }: Score): number {
  return metric === "mean absolute error" ? -value : value;
}
