import { CnncDivergedError, CnncError, CnncWeightsError, remedies } from "../errors.ts";
import { checkSeed } from "../random/philox.ts";
import { elementCount } from "../tensor/typed-array.ts";
import { openSafetensors } from "../weights/read-safetensors.ts";
import type { Weights } from "../weights/weights.ts";
import { writeSafetensors, type TensorToWrite } from "../weights/write-safetensors.ts";
import type { AddonInstance, AddonModel, StepArguments } from "./addon.ts";
import type { CallQueue } from "./call-queue.ts";
import { firstNonFinite, mustHaveShape, readTensor, statePrefix } from "./load-weights.ts";
import type { Manifest, TrainManifest } from "./manifest.ts";
import type { Batch, ModelTypes } from "./model-types.ts";
import { nativeCall } from "./native-call.ts";
import type { Parameters } from "./parameters.ts";
import { InputReader } from "./read-inputs.ts";
import { readTargets } from "./read-targets.ts";
import { scaleToUnitVariance, type ScaledLayer } from "./unit-variance.ts";

export interface TrainerOptions {
  /** For dropout, augmentation and all else that is drawn; default 0. */
  readonly seed?: number;
  /** The length of the schedule in steps; default 10,000. `fit` knows the right number. */
  readonly totalSteps?: number;
  /**
   * A file that `Trainer.save` wrote: its optimiser state, step, seed and schedule are taken up.
   * The weights come from the same file through `load`.
   */
  readonly resume?: string | URL | Weights;
}

/** What a run of `fit` goes through: a step's number means the same samples only where these are the same. */
export interface RunShape {
  readonly epochs: number;
  /** Samples per step. */
  readonly batch: number;
  /** Of the data set. */
  readonly samples: number;
}

/** What a checkpoint keeps for whoever leads a run, and hands back as it is: a text, and values for parameters. */
export interface RunMemory {
  readonly text: string;
  readonly values?: readonly TensorToWrite[] | undefined;
}

export interface StepResult<M extends ModelTypes> {
  /** Mean over the batch, before the step's change to the weights. */
  readonly loss: number;
  readonly metrics: { readonly [Name in M["metrics"]]: number };
}

export interface StepOptions {
  /** Takes the step back while it waits for others: it is not made, and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How many units of a rectified layer never fired: whatever they were shown, their values were 0. */
export interface DeadUnits {
  readonly layer: string;
  /** Channels of the layer; units, of one behind a dense layer. */
  readonly units: number;
  readonly dead: number;
}

/** What a trainer needs of its net. */
interface Host {
  readonly model: AddonModel;
  readonly native: AddonInstance;
  readonly calls: CallQueue;
  /** Parameters whose values are those that were drawn, not read. */
  readonly drawn: ReadonlySet<string>;
  mustBeOpen(): void;
}

/** What a checkpoint says beside its tensors. */
interface Saved {
  readonly step: number;
  readonly seed: number;
  readonly totalSteps: number;
  readonly sameBuild: boolean;
  readonly run: RunShape | undefined;
  readonly memory: RunMemory | undefined;
}

/** Where a checkpoint has the values that a run remembers. */
const keptPrefix = `${statePrefix}kept.`;

/** The names of a run's numbers in messages. */
const words = { epochs: "epochs", batch: "samples per step", samples: "samples of training data" } as const;

/** The part of a net that a trainer shows and saves. */
interface Trained {
  readonly manifest: Manifest;
  readonly parameters: Parameters;
  weightTensors(): TensorToWrite[];
}

/** One run of training: which step comes next, and what the optimiser remembers. */
export class Trainer<M extends ModelTypes> {
  readonly seed: number;
  readonly totalSteps: number;
  readonly #net: Trained;
  readonly #host: Host;
  readonly #train: TrainManifest;
  readonly #inputs: InputReader;
  /** Whether the checkpoint that it goes on from is of this very build: only then do the same bits come again. */
  readonly sameBuild: boolean;
  /** Weights that are still to be scaled by data. */
  readonly #unscaled: ReadonlySet<string>;
  #next = 0;
  #run: RunShape | undefined;
  #memory: () => RunMemory | undefined;

  /** Made by `Net.trainer`. */
  constructor(net: Trained, options: TrainerOptions, host: Host) {
    const { train, model } = net.manifest;
    if (!train || !host.model.trainable) throw new CnncError(`${model} has no train section`);
    this.#net = net;
    this.#host = host;
    this.#train = train;
    const targets = host.model.targets.map((it) => it.name);
    this.#inputs = new InputReader(host.model.inputs, targets);
    const saved = options.resume === undefined ? undefined : this.#resume(options.resume);
    this.seed = options.seed ?? saved?.seed ?? 0;
    this.totalSteps = options.totalSteps ?? saved?.totalSteps ?? 10_000;
    this.sameBuild = saved?.sameBuild ?? true;
    this.#next = saved?.step ?? 0;
    this.#run = saved?.run;
    this.#memory = () => saved?.memory;
    const scaled = saved ? [] : (train.scaled ?? []);
    this.#unscaled = new Set(scaled.map(({ weight }) => weight).filter((weight) => host.drawn.has(weight)));
    if (!saved) host.native.clearState();
    checkSeed(this.seed);
    if (!Number.isSafeInteger(this.totalSteps) || this.totalSteps < 1) {
      throw new RangeError(`totalSteps: expected a whole number from 1, got ${this.totalSteps}`);
    }
  }

  /** How many steps have been started. */
  get steps(): number {
    return this.#next;
  }

  /** The run of `fit` that its steps belong to, from its checkpoint too; nothing for steps of your own. */
  get run(): RunShape | undefined {
    return this.#run;
  }

  /** What `fit` remembers of that run beside its steps. */
  get memory(): RunMemory | undefined {
    return this.#memory();
  }

  /** Called by `fit`: from here on, the steps are those of this run. Refuses to go on with another. */
  enterRun(run: RunShape, memory: () => RunMemory): void {
    if (this.#next > 0) this.#mustContinue(run);
    this.#run = run;
    this.#memory = memory;
  }

  /** What the schedule gives the next step. */
  get learningRate(): number {
    return nativeCall(() => this.#host.native.learningRate(this.#next, this.totalSteps));
  }

  /**
   * Per rectified layer, units that no sample has made fire in any step since `watchUnits`. A dead unit gets no
   * gradient and stays dead: smaller learning rates, other first weights or `relu(leak_grad=…)` may help.
   */
  deadUnits(): DeadUnits[] {
    const { rectified } = this.#train;
    const total = rectified.reduce((sum, { units }) => sum + units, 0);
    const fired = nativeCall(() => this.#host.native.getActivity(new Uint8Array(total)));
    let at = 0;
    return rectified.map(({ layer, units }) => {
      const own = fired.subarray(at, (at += units));
      return { layer, units, dead: own.reduce((dead, it) => dead + (it === 0 ? 1 : 0), 0) };
    });
  }

  /** From here on it is watched anew which units fire; `fit` does so at the start of every epoch. */
  watchUnits(): void {
    nativeCall(() => {
      this.#host.native.clearActivity();
    });
  }

  /**
   * Scales the first weights of layers with `init=lsuv` by what a batch makes of them; `fit` does so before its first step.
   * Weights that were read from a file, or have moved, stay as they are.
   */
  async initialize(batch: Batch<M>): Promise<ScaledLayer[]> {
    this.#host.mustBeOpen();
    if (this.#next > 0 || this.#unscaled.size === 0) return [];
    const { batch: size, arrays, layouts } = this.#inputs.read(batch);
    const measure = () => this.#host.calls.run((ticket) => this.#host.native.measure(size, arrays, layouts, ticket));
    return scaleToUnitVariance(this.#train.scaled ?? [], this.#unscaled, this.#net.parameters, measure);
  }

  /**
   * Forward, backward and optimiser over one batch, in the background; steps run in the order of calls.
   * A step that its signal has taken back while it waited has changed nothing; its number is not used again.
   */
  async step(batch: Batch<M>, { signal }: StepOptions = {}): Promise<StepResult<M>> {
    signal?.throwIfAborted();
    const step = this.#arguments(batch);
    return this.#result(await this.#host.calls.run((ticket) => this.#host.native.step(...step, ticket), signal));
  }

  /** The same on the calling thread. */
  stepSync(batch: Batch<M>): StepResult<M> {
    const step = this.#arguments(batch);
    return this.#result(nativeCall(() => this.#host.native.stepSync(...step)));
  }

  /**
   * Writes weights and everything that is needed to go on later exactly as if there had been no stop. Weights that are no numbers
   * any more are refused: what the file holds already is better.
   */
  async save(path: string | URL): Promise<void> {
    this.#host.mustBeOpen();
    const weights = this.#net.weightTensors();
    for (const { name, read } of weights) this.#mustBeFinite(name, read());
    const { text, values = [] } = this.memory ?? {};
    const kept = values.map((it) => ({ ...it, name: `${keptPrefix}${it.name}` }));
    await writeSafetensors(path, [...weights, ...this.#stateTensors(), ...kept], {
      model: this.#net.manifest.model,
      // The same bits come again only from the same build for the same processors.
      build: this.#net.manifest.hash,
      cpu: this.#host.model.cpu,
      step: String(this.#next),
      seed: String(this.seed),
      totalSteps: String(this.totalSteps),
      ...Object.fromEntries(Object.entries(this.#run ?? {}).map(([key, value]) => [key, String(value)])),
      ...(text !== undefined && { memory: text }),
    });
  }

  #mustBeFinite(name: string, values: Float32Array): void {
    const index = firstNonFinite(values);
    if (index < 0) return;
    throw new CnncDivergedError(`${name} became ${values[index]} by step ${this.#next}: ${remedies}`);
  }

  #mustContinue(run: RunShape): void {
    const before = this.#run;
    if (!before) {
      if (this.totalSteps === run.epochs * Math.ceil(run.samples / run.batch)) return;
      throw new CnncError(`the trainer has done ${this.#next} steps that are no part of this run`);
    }
    for (const key of ["epochs", "batch", "samples"] as const) {
      if (before[key] === run[key]) continue;
      throw new CnncError(
        `the run began with ${before[key]} ${words[key]} and cannot go on with ${run[key]}: ` +
          "epochs, batch, data and validation share stay what they were",
      );
    }
  }

  #arguments(batch: Batch<M>): StepArguments {
    this.#host.mustBeOpen();
    const { model } = this.#host;
    const { batch: size, arrays, layouts } = this.#inputs.read(batch);
    const targets = readTargets(model.targets, this.#net.manifest.outputs, batch, size);
    return [size, arrays, layouts, targets, this.seed, this.#next++, this.totalSteps];
  }

  #result(values: Float64Array): StepResult<M> {
    const metrics: Record<string, number> = {};
    for (const [index, name] of this.#train.metrics.entries()) metrics[name] = values[index + 1]!;
    return { loss: values[0]!, metrics: metrics as StepResult<M>["metrics"] };
  }

  #stateTensors(): TensorToWrite[] {
    return this.#eachState((slot, index, name, shape) => {
      const memory = new Float32Array(elementCount(shape));
      const values = nativeCall(() => this.#host.native.getState(slot, index, memory));
      return { name, shape, read: () => values };
    });
  }

  #resume(from: string | URL | Weights): Saved {
    if (typeof from === "string" || from instanceof URL) {
      using file = openSafetensors(from);
      return this.#resume(file);
    }
    this.#eachState((_slot, _index, name, shape) => {
      if (from.has(name)) return mustHaveShape(from, name, shape);
      throw new CnncWeightsError(`${name} is missing: training cannot be resumed from this`, { missing: [name] });
    });
    const number = (key: string): number => {
      const value = Number(from.metadata[key] ?? NaN);
      if (Number.isSafeInteger(value) && value >= 0) return value;
      throw new CnncWeightsError(`"${key}" is missing or no whole number: this is no checkpoint of a trainer`);
    };
    const { build, cpu, epochs, memory: text } = from.metadata;
    const saved = {
      step: number("step"),
      seed: number("seed"),
      totalSteps: number("totalSteps"),
      sameBuild: build === this.#net.manifest.hash && cpu === this.#host.model.cpu,
      run:
        epochs === undefined
          ? undefined
          : { epochs: number("epochs"), batch: number("batch"), samples: number("samples") },
      memory: text === undefined ? undefined : { text, values: this.#keptValues(from) },
    };
    this.#eachState((slot, index, name, shape) => {
      const values = readTensor(from, { name, shape });
      nativeCall(() => {
        this.#host.native.setState(slot, index, values);
      });
    });
    return saved;
  }

  #keptValues(from: Weights): TensorToWrite[] | undefined {
    const { parameters } = this.#net.manifest;
    if (!parameters.some(({ name }) => from.has(`${keptPrefix}${name}`))) return undefined;
    return parameters.map(({ name, shape }) => {
      mustHaveShape(from, `${keptPrefix}${name}`, shape);
      const values = readTensor(from, { name: `${keptPrefix}${name}`, shape });
      return { name, shape, read: () => values };
    });
  }

  #eachState<T>(visit: (slot: number, index: number, name: string, shape: readonly number[]) => T): T[] {
    return this.#train.state.flatMap((state, slot) =>
      this.#net.manifest.parameters.map(({ name, shape }, index) =>
        visit(slot, index, `${statePrefix}${state}.${name}`, shape),
      ),
    );
  }
}
