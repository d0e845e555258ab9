import { evaluate } from "../../../runtime/index.ts";
import type { ClassEvaluation, Evaluation, OutputEvaluation } from "../../../runtime/index.ts";
import type { ExitCode } from "../cli-error.ts";
import { columns, formatCount, formatShare } from "../columns.ts";
import type { Align } from "../columns.ts";
import { nounOf, openData } from "../data.ts";
import { withInterrupt } from "../interrupt.ts";
import { compileOne, loadModel } from "../load.ts";
import type { TargetOptions } from "../options.ts";
import { openProgress } from "../progress.ts";
import { printJson, printLine } from "../terminal.ts";

export interface EvalCommandOptions extends TargetOptions {
  readonly weights: string;
  readonly data: string;
  readonly batch: number;
  readonly threads?: number;
}

/** `cnnc eval FILE --weights W --data DIR` */
export async function evalCommand(file: string, options: EvalCommandOptions): Promise<ExitCode> {
  const compiled = compileOne(file, options);
  if (compiled === undefined) return 1;
  const data = await openData(options.data, "test", compiled.manifest);
  const noun = nounOf(compiled.manifest);
  const evaluation = await withInterrupt(async (signal) => {
    const net = await loadModel(file, compiled, options, signal);
    const progress = await openProgress(options.quiet === true || options.json === true, noun);
    const start = performance.now();
    try {
      return await evaluate(net, data, {
        signal,
        batch: options.batch,
        onBatch: ({ samples, size }) => {
          const seconds = (performance.now() - start) / 1000;
          progress.update(samples, size, samples / seconds, (seconds / samples) * (size - samples), "");
        },
      });
    } finally {
      progress.clear();
      await net.dispose();
    }
  });
  if (options.json) printJson(asJson(compiled.model.name, evaluation));
  else printLine(asText(evaluation, noun).join("\n"));
  return 0;
}

function asJson(model: string, { samples, seconds, imagesPerSecond, top1, outputs }: Evaluation): object {
  const entries = Object.entries(outputs).map(([name, output]) => [name, outputAsJson(output)]);
  return { model, top1, samples, seconds, imagesPerSecond, outputs: Object.fromEntries(entries) };
}

function outputAsJson(output: OutputEvaluation): object {
  if (output.kind !== "class" || output.confusion === undefined) return output;
  const { confusion, labels } = output;
  const rows = labels.map((_, row) => Array.from(confusion.subarray(row * labels.length, (row + 1) * labels.length)));
  return { ...output, confusion: rows };
}

function asText({ samples, imagesPerSecond, outputs }: Evaluation, noun: string): string[] {
  const speed = `${formatCount(samples)} ${noun}, ${formatCount(Math.round(imagesPerSecond))} ${noun}/s`;
  return [...Object.entries(outputs).flatMap(([name, output]) => [...outputAsText(name, output, noun), ""]), speed];
}

const MOST_CLASSES_SHOWN = 100;
const aligns: readonly Align[] = ["left", "right", "right", "left"];

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
    .map(({ label, count, correct }, index) => [
      label,
      formatCount(count),
      count === 0 ? "" : formatShare(correct / count),
      mistakenFor(output, index),
    ]);
  const fifth = perClass.length > 5 ? `, top-5 ${formatShare(top5)}` : "";
  return [
    ...columns([[name, noun, "right", "most often mistaken for"], ...rows], aligns),
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
