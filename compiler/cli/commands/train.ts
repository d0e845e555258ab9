import type { CheckedModel } from "../../check/program.ts";
import { baseName } from "../../compile.ts";
import { fit } from "../../../runtime/index.ts";
import type { FitResult, ScaledLayer, Trainer } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { formatCount } from "../columns.ts";
import { nounOf, openData, openTest, split } from "../data.ts";
import { DeadUnitWarnings } from "../dead-units.ts";
import type { Data, Split } from "../data.ts";
import { epochLine } from "../epoch-line.ts";
import { finishRun, leaveRun } from "../finish-run.ts";
import { checkInitFrom, initFrom, matchLines } from "../init-from.ts";
import type { InitFromOptions } from "../init-from.ts";
import { stoppedCode, withInterrupt } from "../interrupt.ts";
import { compileOne, loadModel } from "../load.ts";
import type { AnyModel, AnyNet } from "../load.ts";
import type { TargetOptions } from "../options.ts";
import { checkWritable } from "../output-file.ts";
import { openProgress } from "../progress.ts";
import type { Progress } from "../progress.ts";
import { checkRunFiles, RunFiles } from "../run-files.ts";
import type { RunFileOptions } from "../run-files.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import type { TelemetryOptions } from "../telemetry/telemetry.ts";
import { printLine, printNote, warn } from "../terminal.ts";

export interface TrainCommandOptions extends TargetOptions, TelemetryOptions, InitFromOptions, RunFileOptions {
  readonly data: string;
  readonly out?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly skipCorrupt?: boolean;
  readonly warnDead: number;
  readonly threads?: number;
  /** false: on the pictures as they are. */
  readonly augment: boolean;
}

/** `cnnc train FILE --data DIR` */
export async function trainCommand(file: string, options: TrainCommandOptions): Promise<ExitCode> {
  checkInitFrom(options);
  checkRunFiles(options);
  const compiled = compileOne(file, options);
  if (compiled === undefined) return 1;
  const { manifest } = compiled;
  if (!manifest.train)
    throw new CliError(`${manifest.model} has no train section`, "it says how to train: loss and optimizer");
  const out = options.out ?? `${baseName(file)}.safetensors`;
  checkWritable(out, "--out names the file of weights");
  if (options.report !== undefined) checkWritable(options.report, "--report names an HTML file");
  const data = await openData(options.data, "train", manifest, options);
  const test = await openTest(options.data, manifest, options);
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
  const { data, out, signal, options } = run;
  const initialized = options.initFrom === undefined ? undefined : initFrom(net, options.initFrom);
  if (initialized && !isSilent(options)) printLine(matchLines(options.initFrom!, initialized).join("\n"));
  // A run that goes on keeps the seed that it began with, and so the same samples aside.
  const trainer = options.resume === undefined ? undefined : net.trainer({ resume: options.resume });
  if (trainer?.sameBuild === false)
    warn(`${options.resume} is of another build: the last bits may come out differently`);
  const parts = split(data, options.validation, trainer?.seed ?? options.seed ?? 0);
  const progress = await openProgress(isSilent(options), nounOf(net.manifest));
  const files = new RunFiles(out, options, () => progress.clear());
  try {
    const before = trainer?.steps ?? 0;
    const result = await fitWith(net, parts, trainer, { ...run, progress, files });
    progress.clear();
    const moved = result.trainer.steps > before;
    const ended = { ...run, parts, result, initialized };
    if (result.stopped) {
      // With the optimiser's state, so that the run can go on.
      const written = moved && (await files.save(result.trainer));
      await leaveRun(net, ended, { moved, written });
      return stoppedCode(signal);
    }
    if (!moved && !options.quiet)
      printNote(`${options.resume} has all ${formatCount(before)} steps of its run: only its end is done again`);
    await files.saveWeights(net);
    return await finishRun(net, ended);
  } catch (error) {
    throw files.explained(error);
  } finally {
    progress.clear();
  }
}

const isSilent = ({ quiet, json }: TrainCommandOptions): boolean => quiet === true || json === true;

interface Watch extends Run {
  readonly progress: Progress;
  readonly files: RunFiles;
}

function fitWith(
  net: AnyNet,
  data: Split,
  trainer: Trainer<AnyModel> | undefined,
  { progress, files, signal, options, telemetry }: Watch,
): Promise<FitResult<AnyModel>> {
  const { epochs, batch, seed, patience } = options;
  const dead = new DeadUnitWarnings(options.warnDead);
  const line = (text: string): void => {
    progress.clear();
    if (!isSilent(options)) printLine(text);
  };
  return fit(net, data.train, {
    ...{ signal, checkpoint: files.checkpoints },
    ...(epochs !== undefined && { epochs }),
    ...(batch !== undefined && { batch }),
    ...(seed !== undefined && { seed }),
    ...(patience !== undefined && { patience }),
    ...(trainer && { trainer }),
    ...(data.validation && { validation: data.validation }),
    onInitialize: (layers) => line(initialLine(layers)),
    onStep: ({ epoch, epochs: all, step, totalSteps, loss, imagesPerSecond, secondsLeft }) => {
      const note = `epoch ${epoch + 1}/${all}  loss ${loss.toFixed(4)}`;
      progress.update(step, totalSteps, imagesPerSecond, secondsLeft, note);
    },
    onEpoch: (report) => {
      line(epochLine(report, nounOf(net.manifest)));
      telemetry.add(report);
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
