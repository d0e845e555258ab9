import { CnncInputError } from "../errors.ts";
import { describeValue, elementCount } from "../tensor/typed-array.ts";
import type { AddonModel } from "./addon.ts";
import { ClassPredictions } from "./class-predictions.ts";
import { labelsOf } from "./labels.ts";
import type { Manifest } from "./manifest.ts";
import type { Into, ModelTypes, Predictions } from "./model-types.ts";
import { nativeCall } from "./native-call.ts";

interface OutputEntry {
  readonly name: string;
  /** Elements of one sample. */
  readonly size: number;
  /** Of an output that chooses among labels. */
  readonly labels: readonly string[] | undefined;
}

/** A model's outputs in the addon's order: the memory they are written to, and what callers see of it. */
export class Outputs<M extends ModelTypes> {
  readonly #entries: readonly OutputEntry[];
  /** Elements of one sample of all outputs together. */
  readonly #size: number;

  constructor(model: AddonModel, manifest: Manifest) {
    this.#entries = model.outputs.map(({ name, shape }) => {
      const output = manifest.outputs.find((it) => it.name === name);
      const labels = output?.kind === "class" ? labelsOf(output) : undefined;
      return { name, size: elementCount(shape), labels };
    });
    this.#size = this.#entries.reduce((sum, it) => sum + it.size, 0);
  }

  /** The caller's arrays, and new ones for the other outputs. */
  memory(batch: number, into: Into<M> = {}): Float32Array[] {
    const given = this.given(batch, into);
    // One allocation for all: making memory takes longer than a small model takes to predict.
    let buffer: ArrayBuffer | undefined;
    let offset = 0;
    return this.#entries.map(({ size }, index) => {
      const array = given[index];
      if (array) return array;
      buffer ??= nativeCall(() => new ArrayBuffer(4 * batch * this.#size));
      const fresh = new Float32Array(buffer, offset, batch * size);
      offset += fresh.byteLength;
      return fresh;
    });
  }

  /** The caller's arrays, checked; nothing where an output has none. */
  given(batch: number, into: Into<M>): (Float32Array | undefined)[] {
    const given = into as Readonly<Record<string, unknown>>;
    for (const name in given) {
      if (this.#entries.some((it) => it.name === name)) continue;
      throw new CnncInputError(`into.${name}`, "the name of an output", "a name that the model does not have");
    }
    return this.#entries.map(({ name, size }) => {
      // Own ones only: an output may be called toString.
      const array = Object.hasOwn(given, name) ? given[name] : undefined;
      if (array === undefined || (array instanceof Float32Array && array.length === batch * size)) return array;
      throw new CnncInputError(`into.${name}`, `Float32Array of ${batch * size}`, describeValue(array));
    });
  }

  /**
   * Copies results to the caller's arrays. These may have been transferred or resized since they were given:
   * they are checked again, all of them before the first is written.
   */
  copy(batch: number, results: readonly Float32Array[], into: Into<M>): Float32Array[] {
    return this.given(batch, into).map((array, index) => {
      const result = results[index]!;
      array?.set(result);
      return array ?? result;
    });
  }

  present(arrays: readonly Float32Array[]): Predictions<M> {
    // Not by assignment: an output may be called __proto__.
    const results = this.#entries.map(({ name, labels }, index) => {
      const values = arrays[index]!;
      return [name, labels ? new ClassPredictions(values, labels) : values] as const;
    });
    return Object.fromEntries(results) as Predictions<M>;
  }
}
