import { CnncWeightsError } from "../errors.ts";
import { describeValue, elementCount } from "../tensor/typed-array.ts";
import type { AddonInstance } from "./addon.ts";
import type { ParameterManifest } from "./manifest.ts";
import { nativeCall } from "./native-call.ts";

/** The named weights of a loaded model, in PyTorch's order; the packed form stays inside. */
export class Parameters implements Iterable<ParameterManifest> {
  readonly #list: readonly ParameterManifest[];
  readonly #native: AddonInstance;
  readonly #indices: ReadonlyMap<string, number>;
  #keepsGradients = false;

  constructor(list: readonly ParameterManifest[], native: AddonInstance) {
    this.#list = list;
    this.#native = native;
    this.#indices = new Map(list.map((it, index) => [it.name, index]));
  }

  get names(): readonly string[] {
    return this.#list.map((it) => it.name);
  }

  /** How many numbers they are together. */
  get count(): number {
    return this.#list.reduce((sum, it) => sum + elementCount(it.shape), 0);
  }

  shape(name: string): readonly number[] {
    return this.#list[this.#index(name)]!.shape;
  }

  /** A copy of the values, in `into` where it is given. */
  get(name: string, into?: Float32Array): Float32Array {
    const index = this.#index(name);
    const values = into ?? new Float32Array(this.#size(index));
    this.#check(index, values);
    return nativeCall(() => this.#native.getParameter(index, values));
  }

  set(name: string, values: Float32Array): void {
    const index = this.#index(name);
    this.#check(index, values);
    nativeCall(() => {
      this.#native.setParameter(index, values);
    });
  }

  /**
   * Whether training steps store every gradient. The weights of dense layers with 2^20 elements and more move while their gradients are in
   * registers, so that these take neither memory nor time; with `true` they are stored as well. Default false.
   */
  get keepGradients(): boolean {
    return this.#keepsGradients;
  }

  set keepGradients(all: boolean) {
    nativeCall(() => {
      this.#native.keepGradients(all);
    });
    this.#keepsGradients = all;
  }

  /** The gradient of the latest training step; of the weights of a large dense layer only where `keepGradients` was set. */
  gradient(name: string): Float32Array {
    const index = this.#index(name);
    return nativeCall(() => this.#native.getGradient(index, new Float32Array(this.#size(index))));
  }

  [Symbol.iterator](): Iterator<ParameterManifest> {
    return this.#list[Symbol.iterator]();
  }

  #index(name: string): number {
    const index = this.#indices.get(name);
    if (index !== undefined) return index;
    throw new CnncWeightsError(`the model has no parameter ${name}`, { unexpected: [name] });
  }

  #size(index: number): number {
    return elementCount(this.#list[index]!.shape);
  }

  #check(index: number, values: unknown): void {
    if (values instanceof Float32Array && values.length === this.#size(index)) return;
    const expected = `Float32Array of ${this.#size(index)}`;
    throw CnncWeightsError.ofTensor(this.#list[index]!.name, expected, describeValue(values));
  }
}
