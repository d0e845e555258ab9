import type { ClassEvaluation, Evaluation, OutputEvaluation } from "../../runtime/index.ts";
import { columns, formatCount, formatShare } from "./columns.ts";
import type { Align } from "./columns.ts";

/** What was measured of each output, for programs: confusion matrices in rows. */
export function outputsAsJson(outputs: Evaluation["outputs"]): object {
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, outputAsJson(output)]));
}

/** For people: lines, with an empty one behind each output. */
export function outputsAsText(outputs: Evaluation["outputs"], noun: string): string[] {
  return Object.entries(outputs).flatMap(([name, output]) => [...outputAsText(name, output, noun), ""]);
}

function outputAsJson(output: OutputEvaluation): object {
  if (output.kind !== "class" || output.confusion === undefined) return output;
  const { confusion, labels } = output;
  const rows = labels.map((_, row) => Array.from(confusion.subarray(row * labels.length, (row + 1) * labels.length)));
  return { ...output, confusion: rows };
}

const MOST_CLASSES_SHOWN = 100;
const aligns: readonly Align[] = ["left", "right", "right", "right", "left"];

function outputAsText(name: string, output: OutputEvaluation, noun: string): string[] {
  switch (output.kind) {
    case "class":
      return classesAsText(name, output, noun);
    case "labels":
      return [`${name}: accuracy ${formatShare(output.accuracy)}`];
    case "mask":
      return [`${name}: intersection over union ${formatShare(output.iou)}, Dice ${formatShare(output.dice)}`];
    case "tensor":
      return [`${name}: mean absolute error ${output.mae.toPrecision(4)}`];
  }
}

function classesAsText(name: string, output: ClassEvaluation, noun: string): string[] {
  const { perClass, top1, top5, loss } = output;
  const rows = perClass
    .slice(0, MOST_CLASSES_SHOWN)
    .map(({ label, count, precision, recall }, index) => [
      label,
      formatCount(count),
      precision === undefined ? "" : formatShare(precision),
      recall === undefined ? "" : formatShare(recall),
      mistakenFor(output, index),
    ]);
  const fifth = perClass.length > 5 ? `, top-5 ${formatShare(top5)}` : "";
  return [
    ...columns([[name, noun, "precision", "recall", "most often mistaken for"], ...rows], aligns),
    ...(perClass.length > MOST_CLASSES_SHOWN
      ? [`… and ${perClass.length - MOST_CLASSES_SHOWN} more (--json has all)`]
      : []),
    "",
    `accuracy ${formatShare(top1)}${fifth}, loss ${loss.toFixed(4)}`,
  ];
}

/** The class that takes most of a class's mistakes. */
function mistakenFor({ confusion, labels }: ClassEvaluation, truth: number): string {
  if (confusion === undefined) return "";
  const row = confusion.subarray(truth * labels.length, (truth + 1) * labels.length);
  let worst = -1;
  row.forEach((count, k) => {
    if (k !== truth && count > (row[worst] ?? 0)) worst = k;
  });
  return worst < 0 ? "" : `${labels[worst]} (${row[worst]})`;
}
