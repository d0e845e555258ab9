import { evaluate } from "../../../runtime/index.ts";
import type { Evaluation } from "../../../runtime/index.ts";
import type { ExitCode } from "../cli-error.ts";
import { formatCount } from "../columns.ts";
import { nounOf, openData } from "../data.ts";
import { outputsAsJson, outputsAsText } from "../evaluation-output.ts";
import { withInterrupt } from "../interrupt.ts";
import { compileOne, loadModel } from "../load.ts";
import type { TargetOptions } from "../options.ts";
import { openProgress } from "../progress.ts";
import { printJson, printLine } from "../terminal.ts";

export interface EvalCommandOptions extends TargetOptions {
  readonly weights: string;
  readonly data: string;
  readonly batch: number;
  readonly skipCorrupt?: boolean;
  readonly threads?: number;
}

/** `cnnc eval FILE --weights W --data DIR` */
export async function evalCommand(file: string, options: EvalCommandOptions): Promise<ExitCode> {
  const compiled = compileOne(file, options);
  if (compiled === undefined) return 1;
  const data = await openData(options.data, "test", compiled.manifest, options);
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
  return { model, top1, samples, seconds, imagesPerSecond, outputs: outputsAsJson(outputs) };
}

function asText({ samples, imagesPerSecond, outputs }: Evaluation, noun: string): string[] {
  const speed = `${formatCount(samples)} ${noun}, ${formatCount(Math.round(imagesPerSecond))} ${noun}/s`;
  return [...outputsAsText(outputs, noun), speed];
}
