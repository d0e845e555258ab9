import * as fs from "node:fs";
import type { CheckedModel } from "../../check/program.ts";
import { baseName } from "../../compile.ts";
import { evaluate, fit } from "../../../runtime/index.ts";
import type { FitResult, Manifest, ScaledLayer, Trainer } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { formatCount, formatShare } from "../columns.ts";
import { nounOf, openData, split } from "../data.ts";
import { DeadUnitWarnings } from "../dead-units.ts";
import type { Data, Split } from "../data.ts";
import { epochLine } from "../epoch-line.ts";
import { outputsAsJson, outputsAsText } from "../evaluation-output.ts";
import { checkInitFrom, initFrom, matchLines } from "../init-from.ts";
import type { InitFromOptions } from "../init-from.ts";
import { stoppedCode, withInterrupt } from "../interrupt.ts";
import { compileOne, loadModel } from "../load.ts";
import type { AnyModel, AnyNet } from "../load.ts";
import type { TargetOptions } from "../options.ts";
import { checkWritable } from "../output-file.ts";
import { openProgress } from "../progress.ts";
import type { Progress } from "../progress.ts";
import { runFacts } from "../telemetry/run-facts.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import type { TelemetryOptions } from "../telemetry/telemetry.ts";
import { mostExamples, writeReport } from "../telemetry/write-report.ts";
import type { Measured } from "../telemetry/write-report.ts";
import { printJson, printLine, warn } from "../terminal.ts";

export interface TrainCommandOptions extends TargetOptions, TelemetryOptions, InitFromOptions {
  readonly data: string;
  readonly out?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly validation: number;
  readonly checkpoint: number;
  readonly warnDead: number;
  readonly threads?: number;
  /** false: on the pictures as they are. */
  readonly augment: boolean;
}

/** `cnnc train FILE --data DIR` */
export async function trainCommand(file: string, options: TrainCommandOptions): Promise<ExitCode> {
  checkInitFrom(options);
  const compiled = compileOne(file, options);
  if (compiled === undefined) return 1;
  const { manifest } = compiled;
  if (!manifest.train)
    throw new CliError(`${manifest.model} has no train section`, "it says how to train: loss and optimizer");
  const out = options.out ?? `${baseName(file)}.safetensors`;
  checkWritable(out, "--out names the file of weights");
  if (options.report !== undefined) checkWritable(options.report, "--report names an HTML file");
  const data = await openData(options.data, "train", manifest);
  const test = await openTest(options, manifest);
  const stopping = (): void => void process.stderr.write("\nstopping after this step; again to stop at once\n");
  return withInterrupt(async (signal) => {
    const request = { weights: options.resume, threads: options.threads, seed: options.seed, quiet: options.quiet };
    const net = await loadModel(file, compiled, request, signal);
    try {
      const telemetry = await Telemetry.open(options, net, compiled.model);
      return await trainNet(net, { data, test, out, signal, options, telemetry, model: compiled.model });
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
  readonly telemetry: Telemetry;
  readonly model: CheckedModel;
}

async function trainNet(net: AnyNet, run: Run): Promise<ExitCode> {
  const { data, out, signal, options, telemetry } = run;
  const silent = options.quiet === true || options.json === true;
  const initialized = options.initFrom === undefined ? undefined : initFrom(net, options.initFrom);
  if (initialized && !silent) printLine(matchLines(options.initFrom!, initialized).join("\n"));
  const progress = await openProgress(silent, nounOf(net.manifest));
  // A run that goes on keeps the seed that it began with, and so the same samples aside.
  const trainer = options.resume === undefined ? undefined : net.trainer({ resume: options.resume });
  if (trainer?.sameBuild === false)
    warn(`${options.resume} is of another build: the last bits may come out differently`);
  const before = trainer?.steps ?? 0;
  const parts = split(data, options.validation, trainer?.seed ?? options.seed ?? 0);
  const result = await fitWith(net, parts, trainer, { progress, signal, out, options, silent, telemetry });
  progress.clear();
  if (result.trainer.steps === before) return nothingDone(result, { signal, options });
  if (result.stopped) {
    // With the optimiser's state, so that the run can go on.
    await result.trainer.save(out);
    if (options.json) printJson({ stopped: true, epochs: telemetry.epochs, weights: out });
    else process.stderr.write(`stopped; weights so far in ${out} (go on with --resume ${out})\n`);
    return stoppedCode(signal);
  }
  await net.save(out);
  const measured = await measure(net, run, parts);
  await report(net, run, { parts, measured, trainer: result.trainer });
  const { samples, top1, outputs = {} } = measured?.part === "test" ? measured.evaluation : {};
  if (options.json) {
    const test = samples !== undefined && { test: { samples, top1, outputs: outputsAsJson(outputs) } };
    const files = options.report === undefined ? {} : { report: options.report };
    printJson({
      stopped: false,
      ...(initialized && { initialized }),
      epochs: telemetry.epochs,
      ...test,
      weights: out,
      ...files,
    });
    return 0;
  }
  if (!options.quiet) printLine(`weights in ${out}`);
  if (!options.quiet && options.report !== undefined) printLine(`report in ${options.report}`);
  if (measured && !options.quiet) printLine(measuredText(measured, nounOf(net.manifest)));
  if (top1 !== undefined) printLine(`test accuracy: ${formatShare(top1)}`);
  return 0;
}

/** With the last weights: the test data, or at least what was kept aside, where somebody looks at that. */
async function measure(
  net: AnyNet,
  { test, signal, options }: Run,
  { validation }: Split,
): Promise<Measured | undefined> {
  const reported = options.report !== undefined;
  const looked = reported || !(options.quiet || options.json);
  const data = test ?? (looked ? validation : undefined);
  if (data === undefined) return undefined;
  const evaluation = await evaluate(net, data, { signal, ...(reported && { worst: mostExamples }) });
  return { part: test ? "test" : "validation", data, evaluation };
}

/** An empty line, then what each output says, and for classes a table. */
function measuredText({ part, evaluation: { samples, outputs } }: Measured, noun: string): string {
  const head = ["", `on ${formatCount(samples)} ${noun} of ${part} data:`];
  return [...head, ...outputsAsText(outputs, noun)].join("\n");
}

interface Ended {
  readonly parts: Split;
  readonly measured: Measured | undefined;
  readonly trainer: Trainer<AnyModel>;
}

async function report(net: AnyNet, run: Run, { parts, measured, trainer }: Ended): Promise<void> {
  const { test, out, options, telemetry, model } = run;
  if (options.report === undefined) return;
  const { epochs } = telemetry;
  const sizes = { training: parts.train.size, validation: parts.validation?.size, test: test?.size };
  const facts = runFacts({ net, trainer, epochs, sizes, options: { ...options, out } });
  await writeReport(options.report, { net, model, measured, epochs, facts });
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
  readonly telemetry: Telemetry;
}

function fitWith(
  net: AnyNet,
  data: Split,
  trainer: Trainer<AnyModel> | undefined,
  { progress, signal, out, options, silent, telemetry }: Watch,
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
      telemetry.add(report);
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

async function openTest({ data }: TrainCommandOptions, manifest: Manifest): Promise<Data | undefined> {
  const hasTest = fs.readdirSync(data).some((name) => name === "test" || /^(t10k-images|test-)/.test(name));
  return hasTest ? openData(data, "test", manifest) : undefined;
}
