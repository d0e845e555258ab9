import { CnncError, CnncInputError } from "../errors.ts";
import { describeValue, elementCount } from "../tensor/typed-array.ts";
import { writeSafetensors, type TensorToWrite } from "../weights/write-safetensors.ts";
import type { AddonInstance, AddonModel } from "./addon.ts";
import { ClassPredictions } from "./class-predictions.ts";
import { labelsOf } from "./labels.ts";
import type { Manifest } from "./manifest.ts";
import type { Inputs, Into, ModelTypes, Predictions } from "./model-types.ts";
import { nativeCall, nativePromise } from "./native-call.ts";
import { Parameters } from "./parameters.ts";
import { InputReader } from "./read-inputs.ts";
import { Trainer, type TrainerOptions } from "./trainer.ts";

export interface PredictOptions<M extends ModelTypes> {
  /** Arrays that outputs are written to; the results are views of them. */
  readonly into?: Into<M>;
}

/** A loaded model: weights, memory and the native code for them. */
export class Net<M extends ModelTypes> implements Disposable, AsyncDisposable {
  readonly manifest: Manifest;
  readonly parameters: Parameters;
  readonly #model: AddonModel;
  readonly #native: AddonInstance;
  readonly #inputs: InputReader;
  readonly #outputs: readonly OutputEntry[];
  /** Elements of one sample of all outputs together. */
  readonly #outputSize: number;
  /** Ends with the latest asynchronous call; the ones before it have ended then. */
  #latest: Promise<unknown> = Promise.resolve();
  #closing = false;

  /** Made by `load` of a model class. */
  constructor(manifest: Manifest, model: AddonModel, native: AddonInstance) {
    this.manifest = manifest;
    this.parameters = new Parameters(manifest.parameters, native);
    this.#model = model;
    this.#native = native;
    this.#outputs = outputTable(model, manifest);
    this.#outputSize = this.#outputs.reduce((sum, it) => sum + it.size, 0);
    this.#inputs = new InputReader(model.inputs);
  }

  /** How many threads a call may use. */
  get threads(): number {
    return this.#native.threads;
  }

  /** Working memory held now; it grows with the largest batch and with training. */
  get arenaBytes(): number {
    return this.#native.arenaBytes;
  }

  /** Runs in the background; the inputs are copied first and may be reused at once. */
  async predict(inputs: Inputs<M>): Promise<Predictions<M>> {
    this.#mustBeOpen();
    const { batch, arrays, layouts } = this.#inputs.read(inputs);
    const outputs = await this.#enqueue(() => this.#native.infer(batch, arrays, layouts));
    return this.#present(outputs);
  }

  /** Runs on the calling thread: the quickest way for a small model, blocking for a large one. */
  predictSync(inputs: Inputs<M>, options: PredictOptions<M> = {}): Predictions<M> {
    this.#mustBeOpen();
    const { batch, arrays, layouts } = this.#inputs.read(inputs);
    const outputs = this.#outputMemory(batch, options.into);
    nativeCall(() => this.#native.inferSync(batch, arrays, layouts, outputs));
    return this.#present(outputs);
  }

  /** Starts (or resumes) training of this model's weights, in place. */
  trainer(options: TrainerOptions = {}): Trainer<M> {
    this.#mustBeOpen();
    return new Trainer<M>(this, options, {
      model: this.#model,
      native: this.#native,
      enqueue: (call) => this.#enqueue(call),
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
    await this.#latest;
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

  #enqueue<T>(call: () => Promise<T>): Promise<T> {
    const promise = nativePromise(call);
    this.#latest = promise.catch(() => undefined);
    return promise;
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new CnncError(`${this.manifest.model} has been disposed`);
  }

  #outputMemory(batch: number, into: Into<M> = {}): Float32Array[] {
    const arrays: Float32Array[] = [];
    const given = into as Readonly<Record<string, unknown>>;
    for (const name in given) {
      if (this.#outputs.some((it) => it.name === name)) continue;
      throw new CnncInputError(`into.${name}`, "the name of an output", "a name that the model does not have");
    }
    // One allocation for all outputs: making memory takes longer than a small model takes to predict.
    let buffer: ArrayBuffer | undefined;
    let offset = 0;
    for (const { name, size } of this.#outputs) {
      // Own ones only: an output may be called toString.
      const array = Object.hasOwn(given, name) ? given[name] : undefined;
      if (array === undefined) {
        buffer ??= new ArrayBuffer(4 * batch * this.#outputSize);
        arrays.push(new Float32Array(buffer, offset, batch * size));
        offset += 4 * batch * size;
      } else if (array instanceof Float32Array && array.length === batch * size) {
        arrays.push(array);
      } else {
        throw new CnncInputError(`into.${name}`, `Float32Array of ${batch * size}`, describeValue(array));
      }
    }
    return arrays;
  }

  #present(outputs: readonly Float32Array[]): Predictions<M> {
    const results: Record<string, unknown> = {};
    let index = 0;
    for (const { name, labels } of this.#outputs) {
      const values = outputs[index++]!;
      results[name] = labels ? new ClassPredictions(values, labels) : values;
    }
    return results as Predictions<M>;
  }
}

/** The addon's outputs in its order; those that choose among labels, with the labels. */
function outputTable(model: AddonModel, manifest: Manifest): OutputEntry[] {
  return model.outputs.map(({ name, shape }) => {
    const output = manifest.outputs.find((it) => it.name === name);
    const labels = output?.kind === "class" ? labelsOf(output) : undefined;
    return { name, size: elementCount(shape), labels };
  });
}

interface OutputEntry {
  readonly name: string;
  /** Elements of one sample. */
  readonly size: number;
  readonly labels: readonly string[] | undefined;
}
