import { CnncInputError } from "../errors.ts";
import { describeShape, describeValue, elementCount } from "../tensor/typed-array.ts";
import type { AddonTensor, Elements } from "./addon.ts";
import { isTokenArray, readTokens, type TokenArray } from "./read-tokens.ts";

/** Inputs as the addon takes them. */
export interface ReadInputs {
  readonly batch: number;
  readonly arrays: Elements[];
  readonly layouts: number;
}

interface InputEntry extends AddonTensor {
  readonly size: number;
}

/**
 * Checks what callers give, and tells the batch from it. A small model predicts in microseconds: what can
 * be known beforehand is worked out once.
 */
export class InputReader {
  readonly #entries: readonly InputEntry[];
  readonly #known: ReadonlySet<string>;

  /** `alsoKnown`: names that may stand beside the inputs (the targets of a training batch). */
  constructor(tensors: readonly AddonTensor[], alsoKnown: readonly string[] = []) {
    this.#entries = tensors.map((it) => ({ ...it, size: elementCount(it.shape) }));
    this.#known = new Set([...tensors.map((it) => it.name), ...alsoKnown]);
  }

  /** Checks kinds and lengths; the number of samples follows from them and must be the same for all. */
  read(given: Readonly<Record<string, unknown>>): ReadInputs {
    if (typeof given !== "object" || given === null) {
      throw new CnncInputError("inputs", "an object with an entry per input", describeValue(given));
    }
    const arrays: Elements[] = [];
    let layouts = 0;
    let batch = 0;
    for (const entry of this.#entries) {
      const value = given[entry.name];
      const hwc = isTransposed(value);
      const data = hwc || !isArrayOf(entry.type, value) ? unwrap(entry, value) : value;
      const samples = sampleCount(entry, data);
      if (arrays.length > 0 && samples !== batch) this.#refuseBatch(entry, samples, batch);
      batch = samples;
      if (hwc) layouts += 2 ** arrays.length;
      arrays.push(isTokens(entry, data) ? readTokens(entry, data) : data);
    }
    this.#rejectUnknown(given);
    return { batch, arrays, layouts };
  }

  #refuseBatch(entry: InputEntry, samples: number, batch: number): never {
    const first = this.#entries[0]!.name;
    throw new CnncInputError(entry.name, `${batch} samples like ${first}`, `${samples}`);
  }

  /** Names that mean nothing are mistakes: a silent one would train on the wrong thing. */
  #rejectUnknown(given: Readonly<Record<string, unknown>>): void {
    for (const name in given) {
      if (this.#known.has(name)) continue;
      const known = [...this.#known].join(", ");
      throw new CnncInputError(name, `one of ${known}`, "a name that the model does not have");
    }
  }
}

function isTransposed(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { layout?: unknown }).layout === "hwc";
}

/** What callers may give: tokens also as shorter numbers than the addon takes. */
type Given = Elements | Uint16Array;

function isTokens({ type }: InputEntry, data: Given): data is TokenArray {
  return type === "i32" && isTokenArray(data);
}

/** The array in `{ data, layout }`; anything else is refused. */
function unwrap(entry: InputEntry, value: unknown): Given {
  if (typeof value === "object" && value !== null && "data" in value) {
    const { data, layout } = value as { data: unknown; layout?: unknown };
    if (layout !== undefined && layout !== "chw" && layout !== "hwc") {
      throw new CnncInputError(`${entry.name}.layout`, `"chw" or "hwc"`, describeValue(layout));
    }
    if (isArrayOf(entry.type, data)) return data;
    throw new CnncInputError(`${entry.name}.data`, expectation(entry), describeValue(data));
  }
  throw new CnncInputError(entry.name, expectation(entry), describeValue(value));
}

function isArrayOf(type: AddonTensor["type"], value: unknown): value is Given {
  switch (type) {
    case "u8":
      return value instanceof Uint8Array || value instanceof Uint8ClampedArray;
    case "f32":
      return value instanceof Float32Array;
    case "i32":
      return isTokenArray(value);
  }
}

function sampleCount(entry: InputEntry, data: Given): number {
  const samples = data.length / entry.size;
  if (samples < 1 || !Number.isInteger(samples)) {
    throw new CnncInputError(entry.name, expectation(entry), describeValue(data));
  }
  return samples;
}

const arrayNames = { u8: "Uint8Array", f32: "Float32Array", i32: "Int32Array" } as const;

function expectation({ type, size, shape }: InputEntry): string {
  return `${arrayNames[type]} of N·${size} elements (N samples of ${describeShape(shape)})`;
}
