import * as fs from "node:fs";
import { CnncDivergedError, evaluate, fit, scoreOf } from "../../../runtime/index.ts";
import type { Manifest, Trainer } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import { nounOf, openData, split } from "../data.ts";
import type { Data } from "../data.ts";
import { compileOne, loadModel } from "../load.ts";
import type { AnyModel, AnyNet } from "../load.ts";
import type { TargetOptions } from "../options.ts";
import { openProgress } from "../progress.ts";
import { warn } from "../terminal.ts";
import type { Settings } from "./points.ts";
import type { SweepRecord, Trial } from "./record.ts";

/** What all points have in common. */
export interface Common {
  readonly file: string;
  readonly options: TargetOptions & {
    readonly seed: number;
    readonly batch?: number;
    readonly validation: number;
    readonly threads?: number;
  };
  readonly data: DataSets;
  readonly record: SweepRecord;
  readonly signal: AbortSignal;
}

export interface Task extends Settings {
  readonly trial: Trial;
  /** How many epochs it shall have behind it. */
  readonly until: number;
  /** `3/12 depth=2 width=16` */
  readonly title: string;
}

/**
 * Trains a point as `cnnc train` would, from its checkpoint or from the start, measures it on the samples that are kept
 * aside, and records that. False: the signal ended it, and what was done by then is in its checkpoint.
 */
export async function trainTrial(task: Task, common: Common): Promise<boolean> {
  const { file, options, data, record, signal } = common;
  const { trial, until } = task;
  // Its reports were shown when it was checked.
  const compiled = compileOne(file, { ...options, quiet: true, json: false, set: { ...options.set, ...task.set } });
  if (compiled === undefined) throw new CliError(`${trial.name} cannot be compiled`);
  const seed = task.seed ?? options.seed;
  const { train, validation } = split(await data.of(compiled.manifest), options.validation, seed);
  if (validation === undefined)
    throw new CliError("no sample is kept aside to compare points by", "--validation 0.1 keeps a tenth of them");
  const weights = fs.existsSync(trial.weights) ? trial.weights : undefined;
  const request = { weights, seed, threads: options.threads, quiet: options.quiet };
  const net = await loadModel(file, compiled, request, signal);
  try {
    const trainer = weights === undefined ? undefined : net.trainer({ resume: weights });
    if (trainer?.sameBuild === false) warn(`${weights} is of another build: the last bits may come out differently`);
    if (!(await fitUntil(net, train, { ...task, seed, trainer }, common))) return false;
    const score = scoreOf(await evaluate(net, validation, { signal }));
    if (!Number.isFinite(score.value)) throw new CnncDivergedError(`its ${score.metric} is ${score.value}`);
    trial.results.push({ epochs: until, score });
    record.save();
    // Recorded first: who is killed in between has the checkpoint, which is weights too.
    if (until === trial.epochs) await net.save(trial.weights);
    return true;
  } finally {
    await net.dispose();
  }
}

interface Fit extends Task {
  readonly seed: number;
  readonly trainer: Trainer<AnyModel> | undefined;
}

/** Whether it got there. */
async function fitUntil(net: AnyNet, data: Data, task: Fit, { options, record, signal }: Common): Promise<boolean> {
  const { trial, until, title, trainer, seed, batch = options.batch ?? net.manifest.train!.batch } = task;
  const before = trainer?.steps ?? 0;
  const goal = until * Math.ceil(data.size / batch);
  if (before >= goal) return true;
  const reached = new AbortController();
  const progress = await openProgress(options.quiet === true || options.json === true, nounOf(net.manifest));
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  try {
    const result = await fit(net, data, {
      ...{ epochs: trial.epochs, batch, seed, checkpoint: { path: trial.weights } },
      ...(trainer && { trainer }),
      signal: AbortSignal.any([signal, reached.signal]),
      onStep: ({ epoch, step, loss, imagesPerSecond }) => {
        const left = (seconds() / (step - before)) * (goal - step);
        const note = `${title}  epoch ${epoch + 1}/${trial.epochs}  loss ${loss.toFixed(4)}`;
        progress.update(step, goal, imagesPerSecond, left, note);
      },
      onEpoch: ({ epoch }) => {
        if (epoch + 1 === until) reached.abort();
      },
    });
    const { steps } = result.trainer;
    if (steps < goal && steps > before) await result.trainer.save(trial.weights);
    return steps >= goal;
  } finally {
    progress.clear();
    trial.seconds += seconds();
    record.save();
  }
}

/** Training data by what a network takes and gives, which points may decide; mostly they are the same for all. */
export class DataSets {
  readonly #folder: string;
  readonly #opened = new Map<string, Promise<Data>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  of(manifest: Manifest): Promise<Data> {
    const { inputs, outputs, train } = manifest;
    const key = JSON.stringify([inputs, outputs, train?.targets]);
    const data = this.#opened.get(key) ?? openData(this.#folder, "train", manifest);
    this.#opened.set(key, data);
    return data;
  }
}
