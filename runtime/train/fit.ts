import type { Batch, ModelTypes } from "../bind/model-types.ts";
import type { Net } from "../bind/net.ts";
import type { DeadUnits, StepResult, Trainer } from "../bind/trainer.ts";
import { batchesOf } from "../data/batches.ts";
import type { ScaledLayer } from "../bind/unit-variance.ts";
import { mustHaveSamples, type Dataset } from "../data/dataset.ts";
import { CnncDivergedError, CnncError, remedies } from "../errors.ts";
import { epochOrder } from "../data/epoch-order.ts";
import { Checkpoints, type CheckpointOptions } from "./checkpoints.ts";
import { Course, type BestEpoch } from "./course.ts";
import { ahead, evaluate, type Evaluation } from "./evaluate.ts";
import { Throughput } from "./throughput.ts";

export interface FitOptions<M extends ModelTypes> {
  /** Default: what the run of `trainer` began with, else what the model's `train` section says. */
  readonly epochs?: number;
  /** Samples per step; the same default. */
  readonly batch?: number;
  /** For the order of samples, dropout and augmentation; default: the trainer's, else 0. */
  readonly seed?: number;
  /** Evaluated after every epoch. */
  readonly validation?: Dataset<Batch<M>>;
  /**
   * Ends the run early when so many epochs in a row have measured no better on `validation` than one before them. The weights are
   * in the end those of the best epoch. Default: as the run of `trainer` began, else none.
   */
  readonly patience?: number;
  /**
   * A trainer to go on with (from `net.trainer({ resume })`): done steps are not done again.
   * Epochs, batch, seed and number of samples must be those that its run began with.
   */
  readonly trainer?: Trainer<M>;
  /** A file that always holds what is needed to go on: written after every epoch, and in between. */
  readonly checkpoint?: CheckpointOptions;
  /** Layers with `init=lsuv`, whose weights the first batch has scaled: called before the first step, where there are some. */
  readonly onInitialize?: (layers: readonly ScaledLayer[]) => void;
  readonly onStep?: (progress: StepProgress<M>) => void;
  readonly onEpoch?: (report: EpochReport<M>) => void | Promise<void>;
  /** Ends training after the step that runs; `fit` then resolves with `stopped: true`. */
  readonly signal?: AbortSignal;
}

export interface StepProgress<M extends ModelTypes> extends StepResult<M> {
  /** From 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done, of `totalSteps` in all epochs together. */
  readonly step: number;
  readonly totalSteps: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  /** Until the last step, validation not counted. */
  readonly secondsLeft: number;
}

export interface EpochReport<M extends ModelTypes> extends StepResult<M> {
  /** From 0; loss and metrics are means over its samples, each taken before its step. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done, in all epochs together. */
  readonly step: number;
  /** Of its last step. */
  readonly learningRate: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Of each rectified layer, units that fired for no sample of the epoch (of its rest, after a resumption). */
  readonly deadUnits: readonly DeadUnits[];
  readonly validation?: Evaluation;
}

export interface FitResult<M extends ModelTypes> {
  readonly epochs: readonly EpochReport<M>[];
  /** Whether the signal ended it before all epochs were done. */
  readonly stopped: boolean;
  /** Whether patience ended it before all epochs were done. */
  readonly early: boolean;
  /** Whether the weights are those of the best epoch, as `patience` wants it. */
  readonly restored: boolean;
  /** Which epoch measured best, where that was looked for: with `patience`, or a file for its weights. */
  readonly best?: BestEpoch;
  /** To save a checkpoint, or to go on. */
  readonly trainer: Trainer<M>;
}

/** Trains a model in place. The event loop stays free; the next batch is gathered while a step runs. */
export async function fit<M extends ModelTypes>(
  net: Net<M>,
  data: Dataset<Batch<M>>,
  options: FitOptions<M> = {},
): Promise<FitResult<M>> {
  const plan = makePlan(net, data, options);
  const { course, checkpoints, trainer } = plan;
  try {
    await checkpoints.writeBest();
    const reports: EpochReport<M>[] = [];
    const ended = (stopped: boolean): FitResult<M> => {
      const early = !stopped && course.closed < plan.epochs;
      const restored = !stopped && course.restoreBest();
      return { epochs: reports, stopped, early, restored, trainer, ...(course.best && { best: course.best }) };
    };
    while (course.closed < plan.epochs && !course.impatient) {
      const trained = await trainEpoch(plan, data, course.closed, options);
      if (!trained) return ended(true);
      const validation = options.validation && (await validate(net, options.validation, options));
      if (validation === "stopped") return ended(true);
      const report = { ...trained, ...(validation && { validation }) };
      reports.push(report);
      await checkpoints.afterEpoch(course.close(validation));
      await options.onEpoch?.(report);
    }
    return ended(false);
  } catch (error) {
    await checkpoints.afterFailure(error);
    throw error;
  }
}

interface Plan<M extends ModelTypes> {
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly stepsPerEpoch: number;
  readonly trainer: Trainer<M>;
  readonly course: Course<M>;
  readonly checkpoints: Checkpoints<M>;
  readonly throughput: Throughput;
}

function makePlan<M extends ModelTypes>(net: Net<M>, data: Dataset<Batch<M>>, options: FitOptions<M>): Plan<M> {
  const { train } = net.manifest;
  const epochs = options.epochs ?? options.trainer?.run?.epochs ?? train?.epochs ?? 1;
  const batch = options.batch ?? options.trainer?.run?.batch ?? train?.batch ?? 64;
  for (const it of [data, options.validation]) if (it) mustHaveSamples(it);
  const { patience, checkpoint, validation } = options;
  for (const [name, value] of Object.entries({ epochs, batch, patience, keep: checkpoint?.keep || undefined })) {
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new RangeError(`${name}: expected a whole number from 1, got ${value}`);
    }
  }
  const stepsPerEpoch = Math.ceil(data.size / batch);
  const seed = options.seed ?? options.trainer?.seed ?? 0;
  if (options.trainer && options.trainer.seed !== seed) {
    throw new CnncError(`the run began with the seed ${options.trainer.seed} and cannot go on with ${seed}`);
  }
  const trainer = options.trainer ?? net.trainer({ seed, totalSteps: epochs * stepsPerEpoch });
  const course = new Course(net, trainer.memory, {
    ...{ epochs: Math.floor(trainer.steps / stepsPerEpoch), patience },
    ...{ measured: validation !== undefined, keepBest: checkpoint?.best !== undefined },
  });
  trainer.enterRun({ epochs, batch, samples: data.size }, () => course.memory);
  const begun = trainer.steps - course.closed * stepsPerEpoch;
  if (begun < 0 || begun > stepsPerEpoch)
    throw new CnncError(`the trainer has done ${trainer.steps} steps, which are not those of ${course.closed} epochs`);
  const checkpoints = new Checkpoints(trainer, course, epochs, checkpoint);
  return { epochs, batch, seed, stepsPerEpoch, trainer, course, checkpoints, throughput: new Throughput() };
}

/** Undefined: the signal ended it. */
async function trainEpoch<M extends ModelTypes>(
  plan: Plan<M>,
  data: Dataset<Batch<M>>,
  epoch: number,
  options: FitOptions<M>,
): Promise<EpochReport<M> | undefined> {
  const { trainer, throughput, course } = plan;
  const totalSteps = plan.epochs * plan.stepsPerEpoch;
  const batches = [...batchesOf(epochOrder(data, plan.seed, epoch), plan.batch)];
  // A resumed trainer may stand in the middle of the epoch.
  const rest = batches.slice(trainer.steps - epoch * plan.stepsPerEpoch);
  trainer.watchUnits();
  const own = new Throughput();
  let position = 0;
  for await (const columns of ahead(data, rest)) {
    if (options.signal?.aborted) return undefined;
    const samples = rest[position++]!.length;
    const scaled = await trainer.initialize(columns);
    if (scaled.length > 0) options.onInitialize?.(scaled);
    const { learningRate } = trainer;
    const result = await trainer.step(columns);
    if (!Number.isFinite(result.loss)) throw diverged(result.loss, trainer.steps, epoch, columns);
    course.open.add(result, samples, learningRate);
    throughput.add(samples);
    own.add(samples);
    options.onStep?.({
      ...result,
      ...{ epoch, epochs: plan.epochs, step: trainer.steps, totalSteps, learningRate },
      imagesPerSecond: throughput.samplesPerSecond,
      secondsLeft: throughput.secondsFor(totalSteps - trainer.steps),
    });
    await plan.checkpoints.afterStep();
  }
  const { seconds, samplesPerSecond: imagesPerSecond } = own;
  // Where no step was left, a resumed run has only to measure, and has seen no unit at work.
  const deadUnits = rest.length > 0 ? trainer.deadUnits() : [];
  const place = { epoch, epochs: plan.epochs, step: trainer.steps };
  return { ...course.open.result(), ...place, seconds, imagesPerSecond, deadUnits };
}

async function validate<M extends ModelTypes>(
  net: Net<M>,
  data: Dataset<Batch<M>>,
  { signal }: FitOptions<M>,
): Promise<Evaluation | "stopped"> {
  try {
    return await evaluate(net, data, { signal });
  } catch (error) {
    if (signal?.aborted) return "stopped";
    throw error;
  }
}

/** Says of what kind the failure is: numbers of the data that are none, or weights that have run away. */
function diverged(loss: number, step: number, epoch: number, columns: object): CnncDivergedError {
  const place = `the loss became ${loss} in step ${step}, in epoch ${epoch + 1}`;
  const faulty = Object.entries(columns).find(
    ([, values]) => values instanceof Float32Array && !values.every(Number.isFinite),
  );
  const why = faulty ? `the data hold numbers that are not finite, for ${faulty[0]}` : remedies;
  return new CnncDivergedError(`${place}: ${why}`);
}
