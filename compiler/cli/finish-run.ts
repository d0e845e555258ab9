import type { CheckedModel } from "../check/program.ts";
import { evaluate } from "../../runtime/index.ts";
import type { BestEpoch, FitResult, MatchedWeights } from "../../runtime/index.ts";
import type { ExitCode } from "./cli-error.ts";
import { formatCount, formatShare } from "./columns.ts";
import { nounOf } from "./data.ts";
import type { Data, Split } from "./data.ts";
import { outputsAsJson, outputsAsText } from "./evaluation-output.ts";
import { isExpected } from "./expected-errors.ts";
import { formatScore } from "./format-score.ts";
import type { AnyModel, AnyNet } from "./load.ts";
import { bestFile } from "./run-files.ts";
import { runFacts } from "./telemetry/run-facts.ts";
import type { RunContext } from "./telemetry/run-facts.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { mostExamples, writeReport } from "./telemetry/write-report.ts";
import type { Measured } from "./telemetry/write-report.ts";
import { printJson, printLine, warn } from "./terminal.ts";

/** A run that has come to its end, or was stopped. */
export interface EndedRun {
  readonly test: Data | undefined;
  readonly out: string;
  readonly signal: AbortSignal;
  readonly options: Omit<RunContext["options"], "out"> & {
    readonly report?: string;
    readonly keepBest?: boolean;
    readonly json?: boolean;
    readonly quiet?: boolean;
  };
  readonly telemetry: Telemetry;
  readonly model: CheckedModel;
  readonly parts: Split;
  readonly result: FitResult<AnyModel>;
  readonly initialized: MatchedWeights | undefined;
}

/** Measures what a run has made, its weights being written, writes the page about it, and tells. */
export async function finishRun(net: AnyNet, run: EndedRun): Promise<ExitCode> {
  const { options } = run;
  const measured = await measure(net, run);
  const reported = await report(net, run, measured);
  if (options.json) printJson(asJson(run, measured, reported));
  else {
    if (!options.quiet)
      [...filesAsText(run, reported), ...measuredAsText(measured, nounOf(net.manifest))].forEach(printLine);
    const top1 = measured?.part === "test" ? measured.evaluation.top1 : undefined;
    if (top1 !== undefined) printLine(`test accuracy: ${formatShare(top1)}`);
  }
  const complete = run.telemetry.complete && (reported || options.report === undefined);
  return complete ? 0 : 2;
}

/** Tells of a run that was stopped: whether it had moved, and its checkpoint is written. Its page has what is known by then. */
export async function leaveRun(
  net: AnyNet,
  run: EndedRun,
  { moved, written }: { readonly moved: boolean; readonly written: boolean },
): Promise<void> {
  const { out, options, telemetry } = run;
  const { epochs } = telemetry;
  const reported = epochs.length > 0 && (await report(net, run, undefined));
  const weights = written ? out : options.resume;
  if (options.json)
    printJson({
      ...{ stopped: true, epochs },
      ...(weights !== undefined && { weights }),
      ...(reported && { report: options.report }),
    });
  else if (written) process.stderr.write(`stopped; weights so far in ${out} (go on with --resume ${out})\n`);
  else if (!moved) process.stderr.write("stopped before the first step; nothing was written\n");
}

/** The test data, or at least what was kept aside, where somebody looks at that. */
async function measure(net: AnyNet, { test, signal, options, parts, result }: EndedRun): Promise<Measured | undefined> {
  const reported = options.report !== undefined;
  const looked = reported || !(options.quiet || options.json);
  const data = test ?? (looked ? parts.validation : undefined);
  if (data === undefined) return undefined;
  const evaluation = await evaluate(net, data, { signal, ...(reported && { worst: mostExamples }) });
  const weights = bestWeights(result) ?? "last weights";
  return { part: test ? "test" : "validation", weights, data, evaluation };
}

/** Whether there is a page. That it cannot be written is no reason to keep quiet about what was learned. */
async function report(net: AnyNet, run: EndedRun, measured: Measured | undefined): Promise<boolean> {
  const { test, out, options, telemetry, model, parts, result } = run;
  if (options.report === undefined) return false;
  const { epochs } = telemetry;
  const sizes = { training: parts.train.size, validation: parts.validation?.size, test: test?.size };
  const facts = runFacts({
    ...{ net, trainer: result.trainer, epochs, sizes, end: endOf(result) },
    options: { ...options, out },
  });
  try {
    await writeReport(options.report, { net, model, measured, epochs, facts });
    return true;
  } catch (error) {
    if (!isExpected(error)) throw error;
    warn(`${options.report} cannot be written: ${error.message}`);
    return false;
  }
}

function asJson(run: EndedRun, measured: Measured | undefined, reported: boolean): object {
  const { out, options, telemetry, result, initialized } = run;
  const { samples, top1, outputs } = measured?.part === "test" ? measured.evaluation : {};
  const { best, early } = result;
  return {
    ...{ stopped: false, early },
    ...(initialized && { initialized }),
    epochs: telemetry.epochs,
    ...(best && { best: { epoch: best.epoch + 1, ...best.score } }),
    ...(outputs && { test: { samples, top1, outputs: outputsAsJson(outputs) } }),
    weights: out,
    ...(options.keepBest && best && { bestWeights: bestFile(out) }),
    ...(reported && { report: options.report }),
  };
}

function filesAsText({ out, options, result }: EndedRun, reported: boolean): string[] {
  const { best, early } = result;
  return [
    ...(early ? [`stopped ${endOf(result)}`] : []),
    `${bestWeights(result) ?? "weights"} in ${out}`,
    ...(options.keepBest && best ? [`weights of ${bestAsText(best)} in ${bestFile(out)}`] : []),
    ...(reported ? [`report in ${options.report}`] : []),
  ];
}

/** How a run ended, where not by its last epoch. */
function endOf({ stopped, early, best, trainer }: FitResult<AnyModel>): string | undefined {
  if (stopped) return `stopped after ${formatCount(trainer.steps)} of ${formatCount(trainer.totalSteps)} steps`;
  return early && best ? `early: no epoch after epoch ${best.epoch + 1} was better` : undefined;
}

/** What the weights are, where they are not the last ones. */
function bestWeights({ restored, best }: FitResult<AnyModel>): string | undefined {
  return restored && best ? `weights of ${bestAsText(best)}` : undefined;
}

/** `epoch 7 (accuracy 91.3%)` */
function bestAsText({ epoch, score }: BestEpoch): string {
  return `epoch ${epoch + 1} (${score.metric} ${formatScore(score)})`;
}

/** An empty line, then what each output says, and for classes a table. */
function measuredAsText(measured: Measured | undefined, noun: string): string[] {
  if (measured === undefined) return [];
  const { part, evaluation } = measured;
  const head = ["", `on ${formatCount(evaluation.samples)} ${noun} of ${part} data:`];
  return [...head, ...outputsAsText(evaluation.outputs, noun)];
}
