import { CnncError } from "../errors.ts";
import type { Weights } from "../weights/weights.ts";
import { writeSafetensors, type TensorToWrite } from "../weights/write-safetensors.ts";
import type { AddonInstance, AddonModel } from "./addon.ts";
import { CallQueue } from "./call-queue.ts";
import type { Manifest } from "./manifest.ts";
import { metadataOf, type Metadata } from "./metadata.ts";
import type { Inputs, Into, ModelTypes, Predictions } from "./model-types.ts";
import { takeMatching, type MatchedWeights } from "./match-weights.ts";
import { nativeCall } from "./native-call.ts";
import { Outputs } from "./outputs.ts";
import { Parameters } from "./parameters.ts";
import { InputReader } from "./read-inputs.ts";
import { Trainer, type TrainerOptions } from "./trainer.ts";

export interface PredictOptions<M extends ModelTypes> {
  /** Arrays that outputs are written to; the results are views of them. */
  readonly into?: Into<M> | undefined;
  /** Takes the call back while it waits for others: it is not made, and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A loaded model: weights, memory and the native code for them. */
export class Net<M extends ModelTypes> implements Metadata<M>, Disposable, AsyncDisposable {
  readonly manifest: Manifest;
  readonly inputs: Metadata<M>["inputs"];
  readonly outputs: Metadata<M>["outputs"];
  readonly parameters: Parameters;
  readonly #model: AddonModel;
  readonly #native: AddonInstance;
  readonly #inputs: InputReader;
  readonly #outputs: Outputs<M>;
  readonly #calls: CallQueue;
  /** Parameters whose values are those that were drawn. */
  readonly #drawn: Set<string>;
  #closing = false;

  /** Made by `load` of a model class; `fresh` weights were drawn, not read. */
  constructor(manifest: Manifest, model: AddonModel, native: AddonInstance, fresh: boolean) {
    this.manifest = manifest;
    ({ inputs: this.inputs, outputs: this.outputs } = metadataOf<M>(manifest));
    this.parameters = new Parameters(manifest.parameters, native);
    this.#model = model;
    this.#native = native;
    this.#drawn = new Set(fresh ? this.parameters.names : []);
    this.#inputs = new InputReader(model.inputs);
    this.#outputs = new Outputs<M>(model, manifest);
    this.#calls = new CallQueue(native);
  }

  /** How many threads a call may use. */
  get threads(): number {
    return this.#native.threads;
  }

  /** What computes: a level of processors like `x86-64-v4`, or a CUDA device like `cuda:0 NVIDIA H200`. */
  get device(): string {
    return this.#native.device;
  }

  /** Working memory held now; it grows with the largest batch and with training. */
  get arenaBytes(): number {
    return this.#native.arenaBytes;
  }

  /**
   * Runs in the background, behind the calls before it. The inputs are copied at once and may be reused;
   * `into` is written to when the call has ended.
   */
  async predict(inputs: Inputs<M>, { into, signal }: PredictOptions<M> = {}): Promise<Predictions<M>> {
    this.#mustBeOpen();
    const { batch, arrays, layouts } = this.#inputs.read(inputs);
    if (into) this.#outputs.given(batch, into);
    const results = await this.#calls.run((ticket) => this.#native.infer(batch, arrays, layouts, ticket), signal);
    return this.#outputs.present(into ? this.#outputs.copy(batch, results, into) : results);
  }

  /** Runs on the calling thread: the quickest way for a small model, blocking for a large one. */
  predictSync(inputs: Inputs<M>, options: Pick<PredictOptions<M>, "into"> = {}): Predictions<M> {
    this.#mustBeOpen();
    const { batch, arrays, layouts } = this.#inputs.read(inputs);
    const outputs = this.#outputs.memory(batch, options.into);
    nativeCall(() => this.#native.inferSync(batch, arrays, layouts, outputs));
    return this.#outputs.present(outputs);
  }

  /**
   * Takes those weights of another network, from a file or from memory, that have the name and the shape of one of its own, and
   * tells which these were; all others stay as they are. It is an error where there is none.
   */
  initializeFrom(weights: string | URL | Weights): MatchedWeights {
    this.#mustBeOpen();
    const taken = takeMatching(this.parameters, weights, this.manifest.model);
    for (const name of taken.matched) this.#drawn.delete(name);
    return taken;
  }

  /** Starts (or resumes) training of this model's weights, in place. */
  trainer(options: TrainerOptions = {}): Trainer<M> {
    this.#mustBeOpen();
    return new Trainer<M>(this, options, {
      model: this.#model,
      native: this.#native,
      calls: this.#calls,
      drawn: this.#drawn,
      mustBeOpen: () => this.#mustBeOpen(),
    });
  }

  /** Writes the weights as safetensors; an existing file is replaced only when all is written. */
  async save(path: string | URL): Promise<void> {
    this.#mustBeOpen();
    await writeSafetensors(path, this.weightTensors(), { model: this.manifest.model });
  }

  /** A copy of all weights as they are now. */
  weightTensors(): TensorToWrite[] {
    return this.manifest.parameters.map(({ name, shape }) => {
      const values = this.parameters.get(name);
      return { name, shape, read: () => values };
    });
  }

  /** Waits for calls under way, then frees everything. A second call does nothing. */
  async dispose(): Promise<void> {
    this.#closing = true;
    await this.#calls.idle;
    this.#native.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** At once: waits for the call that runs; promises of those still waiting are rejected. */
  [Symbol.dispose](): void {
    this.#closing = true;
    this.#native.dispose();
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new CnncError(`${this.manifest.model} has been disposed`);
  }
}
