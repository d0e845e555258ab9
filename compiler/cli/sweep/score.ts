import type { Evaluation, OutputEvaluation } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import { formatShare } from "../columns.ts";

/** By what points are compared. */
export interface Score {
  readonly metric: "accuracy" | "intersection over union" | "mean absolute error";
  readonly value: number;
}

/** Of the first class output, else of the first output that the data have. */
export function scoreOf({ outputs }: Evaluation): Score {
  const all = Object.values(outputs);
  const output = all.find(({ kind }) => kind === "class") ?? all[0];
  if (output === undefined) throw new CliError("the data have no output by which points could be compared");
  return scoreOfOutput(output);
}

function scoreOfOutput(output: OutputEvaluation): Score {
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

export function formatScore({ metric, value }: Score): string {
  return metric === "mean absolute error" ? value.toPrecision(4) : formatShare(value);
}
