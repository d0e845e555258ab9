import * as fs from "node:fs";
import { baseName } from "../../compile.ts";
import { evaluate, fit } from "../../../runtime/index.ts";
import type { EpochReport, Evaluation, FitResult, Manifest, ScaledLayer, Trainer } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { formatCount, formatSeconds, formatShare } from "../columns.ts";
import { nounOf, openData, split } from "../data.ts";
import { deadShare, DeadUnitWarnings } from "../dead-units.ts";
import type { Data, Split } from "../data.ts";
import { stoppedCode, withInterrupt } from "../interrupt.ts";
import { compileOne, loadModel } from "../load.ts";
import type { AnyModel, AnyNet } from "../load.ts";
import type { TargetOptions } from "../options.ts";
import { checkWritable } from "../output-file.ts";
import { openProgress } from "../progress.ts";
import type { Progress } from "../progress.ts";
import { printJson, printLine, warn } from "../terminal.ts";

export interface TrainCommandOptions extends TargetOptions {
  readonly data: string;
  readonly out?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly validation: number;
  readonly resume?: string;
  readonly checkpoint: number;
  readonly warnDead: number;
  readonly threads?: number;
  /** false: on the pictures as they are. */
  readonly augment: boolean;
}

/** `cnnc train FILE --data DIR` */
export async function trainCommand(file: string, options: TrainCommandOptions): Promise<ExitCode> {
  const compiled = compileOne(file, options);
  if (compiled === undefined) return 1;
  const { manifest } = compiled;
  if (!manifest.train)
    throw new CliError(`${manifest.model} has no train section`, "it says how to train: loss and optimizer");
  const out = options.out ?? `${baseName(file)}.safetensors`;
  checkWritable(out, "--out names the file of weights");
  const data = await openData(options.data, "train", manifest);
  const test = await openTest(options, manifest);
  const stopping = (): void => void process.stderr.write("\nstopping after this step; again to stop at once\n");
  return withInterrupt(async (signal) => {
    const request = { weights: options.resume, threads: options.threads, seed: options.seed, quiet: options.quiet };
    const net = await loadModel(file, compiled, request, signal);
    try {
      return await trainNet(net, { data, test, out, signal, options });
    } finally {
      await net.dispose();
    }
  }, stopping);
}

interface Run {
  readonly data: Data;
  readonly test: Data | undefined;
  readonly out: string;
  readonly signal: AbortSignal;
  readonly options: TrainCommandOptions;
}

async function trainNet(net: AnyNet, { data, test, out, signal, options }: Run): Promise<ExitCode> {
  const silent = options.quiet === true || options.json === true;
  const progress = await openProgress(silent, nounOf(net.manifest));
  // A run that goes on keeps the seed that it began with, and so the same samples aside.
  const trainer = options.resume === undefined ? undefined : net.trainer({ resume: options.resume });
  if (trainer?.sameBuild === false)
    warn(`${options.resume} is of another build: the last bits may come out differently`);
  const before = trainer?.steps ?? 0;
  const parts = split(data, options.validation, trainer?.seed ?? options.seed ?? 0);
  const result = await fitWith(net, parts, trainer, { progress, signal, out, options, silent });
  progress.clear();
  if (result.trainer.steps === before) return nothingDone(result, { signal, options });
  if (result.stopped) {
    // With the optimiser's state, so that the run can go on.
    await result.trainer.save(out);
    if (options.json) printJson({ stopped: true, epochs: result.epochs.map(epochAsJson), weights: out });
    else process.stderr.write(`stopped; weights so far in ${out} (go on with --resume ${out})\n`);
    return stoppedCode(signal);
  }
  await net.save(out);
  const measured = test && (await evaluate(net, test, { signal }));
  if (options.json) {
    const test = measured && { samples: measured.samples, top1: measured.top1 };
    printJson({ stopped: false, epochs: result.epochs.map(epochAsJson), ...(test && { test }), weights: out });
    return 0;
  }
  if (!options.quiet) printLine(`weights in ${out}`);
  if (measured?.top1 !== undefined) printLine(`test accuracy: ${formatShare(measured.top1)}`);
  return 0;
}

/** Without a step there is nothing new to write, and what --out holds may be better. */
function nothingDone(
  { stopped, trainer }: FitResult<AnyModel>,
  { signal, options }: Pick<Run, "signal" | "options">,
): ExitCode {
  if (options.json)
    printJson({ stopped, epochs: [], ...(options.resume !== undefined && { weights: options.resume }) });
  else if (stopped) process.stderr.write("stopped before the first step; nothing was written\n");
  else {
    const { resume = "" } = options;
    process.stderr.write(`${resume} has all ${formatCount(trainer.steps)} steps of its run; nothing was written\n`);
  }
  return stopped ? stoppedCode(signal) : 0;
}

interface Watch {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly out: string;
  readonly options: TrainCommandOptions;
  readonly silent: boolean;
}

function fitWith(
  net: AnyNet,
  data: Split,
  trainer: Trainer<AnyModel> | undefined,
  { progress, signal, out, options, silent }: Watch,
): Promise<FitResult<AnyModel>> {
  const { epochs, batch, seed } = options;
  const dead = new DeadUnitWarnings(options.warnDead);
  return fit(net, data.train, {
    signal,
    checkpoint: { path: out, seconds: options.checkpoint },
    ...(epochs !== undefined && { epochs }),
    ...(batch !== undefined && { batch }),
    ...(seed !== undefined && { seed }),
    ...(trainer && { trainer }),
    ...(data.validation && { validation: data.validation }),
    onInitialize: (layers) => {
      progress.clear();
      if (!silent) printLine(initialLine(layers));
    },
    onStep: ({ epoch, epochs: all, step, totalSteps, loss, imagesPerSecond, secondsLeft }) =>
      progress.update(
        step,
        totalSteps,
        imagesPerSecond,
        secondsLeft,
        `epoch ${epoch + 1}/${all}  loss ${loss.toFixed(4)}`,
      ),
    onEpoch: (report) => {
      progress.clear();
      if (!silent) printLine(epochLine(report, nounOf(net.manifest)));
      if (!options.json) dead.of(report).forEach(warn);
    },
  });
}

/** `first weights of 5 layers scaled to unit variance: values varied by 0.31 to 2.4` */
function initialLine(layers: readonly ScaledLayer[]): string {
  const deviations = layers.map(({ deviation }) => deviation);
  const [least, most] = [Math.min(...deviations), Math.max(...deviations)].map((it) => it.toPrecision(2));
  const count = layers.length === 1 ? "1 layer" : `${layers.length} layers`;
  return `first weights of ${count} scaled to unit variance: values varied by ${least} to ${most}`;
}

/** `epoch  1/10  loss 0.6543  accuracy 76.2%  validation 84.1%  6,200 images/s  1.9 s` */
function epochLine(report: EpochReport<AnyModel>, noun: string): string {
  const { epoch, epochs, loss, metrics, validation, imagesPerSecond, seconds } = report;
  const accuracy = accuracyOf(metrics);
  return [
    `epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}`,
    `loss ${loss.toFixed(4)}`,
    ...(accuracy === undefined ? [] : [`accuracy ${formatShare(accuracy)}`]),
    ...(validation?.top1 === undefined ? [] : [`validation ${formatShare(validation.top1)}`]),
    ...deadShare(report),
    `${formatCount(Math.round(imagesPerSecond))} ${noun}/s`,
    formatSeconds(seconds),
  ].join("  ");
}

function epochAsJson(report: EpochReport<AnyModel>): object {
  const { epoch, loss, metrics, seconds, imagesPerSecond, deadUnits, validation } = report;
  return { epoch: epoch + 1, loss, metrics, ...validated(validation), deadUnits, seconds, imagesPerSecond };
}

function validated(validation: Evaluation | undefined): object {
  return validation?.top1 === undefined ? {} : { validation: { top1: validation.top1 } };
}

function accuracyOf(metrics: Readonly<Record<string, number>>): number | undefined {
  return Object.entries(metrics).find(([name]) => name.endsWith(".accuracy"))?.[1];
}

async function openTest({ data }: TrainCommandOptions, manifest: Manifest): Promise<Data | undefined> {
  const hasTest = fs.readdirSync(data).some((name) => name === "test" || /^(t10k-images|test-)/.test(name));
  return hasTest ? openData(data, "test", manifest) : undefined;
}
