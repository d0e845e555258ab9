import { leadingOutput } from "../../runtime/index.ts";
import type { EpochReport, OutputEvaluation } from "../../runtime/index.ts";
import { formatCount, formatSeconds, formatShare } from "./columns.ts";
import { deadShare } from "./dead-units.ts";
import type { AnyModel } from "./load.ts";

/** `epoch  1/10  loss 0.6543  accuracy 76.2%  validation 84.1%  top-5 99.0%  6,200 images/s  1.9 s` */
export function epochLine(report: EpochReport<AnyModel>, noun: string): string {
  const { epoch, epochs, loss, metrics, validation, imagesPerSecond, seconds } = report;
  const leading = validation && leadingOutput(validation);
  return [
    `epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}`,
    `loss ${loss.toFixed(4)}`,
    ...trainingMeasures(metrics),
    ...(leading ? validationMeasures(leading) : []),
    ...deadShare(report),
    `${formatCount(Math.round(imagesPerSecond))} ${noun}/s`,
    formatSeconds(seconds),
  ].join("  ");
}

/** Metrics of steps by the end of their names, `mask.iou`, each of the first output that has it. */
const trained = { accuracy: "accuracy", iou: "IoU", dice: "Dice" } as const;

function trainingMeasures(metrics: Readonly<Record<string, number>>): string[] {
  return Object.entries(trained).flatMap(([measure, word]) => {
    const [, value] = Object.entries(metrics).find(([name]) => name.endsWith(`.${measure}`)) ?? [];
    return value === undefined ? [] : [`${word} ${formatShare(value)}`];
  });
}

function validationMeasures(output: OutputEvaluation): string[] {
  switch (output.kind) {
    case "class": {
      const fifth = output.labels.length > 5 ? [`top-5 ${formatShare(output.top5)}`] : [];
      return [`validation ${formatShare(output.top1)}`, ...fifth];
    }
    case "labels":
      return [`validation ${formatShare(output.accuracy)}`];
    case "mask":
      return [`validation IoU ${formatShare(output.iou)}`, `Dice ${formatShare(output.dice)}`];
    case "tensor":
      return [`validation error ${output.mae.toPrecision(4)}`];
  }
}
