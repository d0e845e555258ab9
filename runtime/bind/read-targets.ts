import { CnncInputError } from "../errors.ts";
import { describeValue, elementCount } from "../tensor/typed-array.ts";
import type { AddonTensor, Elements } from "./addon.ts";
import type { OutputManifest } from "./manifest.ts";
import { labelsOf } from "./labels.ts";

/** Targets as the addon takes them: class indices as Int32Array (labels become indices), others in its type. */
export function readTargets(
  tensors: readonly AddonTensor[],
  outputs: readonly OutputManifest[],
  given: Readonly<Record<string, unknown>>,
  batch: number,
): Elements[] {
  return tensors.map((tensor) => {
    const value = given[tensor.name];
    const length = batch * elementCount(tensor.shape);
    const output = outputs.find((it) => it.name === tensor.name);
    if (!isList(value)) throw new CnncInputError(tensor.name, expectation(tensor, length), describeValue(value));
    if (value.length !== length) {
      throw new CnncInputError(tensor.name, `${length} values for ${batch} samples`, describeValue(value));
    }
    switch (tensor.type) {
      case "i32":
        return readIndices(tensor.name, value, output);
      case "f32":
        return readNumbers(tensor.name, value, output);
      case "u8":
        return value instanceof Uint8Array ? value : Uint8Array.from(value as ArrayLike<number>);
    }
  });
}

function isList(value: unknown): value is ArrayLike<number | string> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

function readIndices(name: string, values: ArrayLike<number | string>, output: OutputManifest | undefined): Int32Array {
  const labels = output?.kind === "class" ? labelsOf(output) : undefined;
  const classes = output?.shape[0] ?? Infinity;
  const indices = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const index = typeof value === "string" ? (labels?.indexOf(value) ?? -1) : value;
    if (!(index >= 0 && index < classes && Number.isInteger(index))) {
      const wanted = labels ? `a label, or its index below ${classes}` : `an index below ${classes}`;
      throw new CnncInputError(`${name}[${i}]`, wanted, JSON.stringify(value));
    }
    indices[i] = index;
  }
  return indices;
}

/** Of labels and masks, shares: 0, 1 or between. */
function readNumbers(
  name: string,
  values: ArrayLike<number | string>,
  output: OutputManifest | undefined,
): Float32Array {
  const numbers = values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  if (output?.kind !== "labels" && output?.kind !== "mask") return numbers;
  const wrong = numbers.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong >= 0) throw new CnncInputError(`${name}[${wrong}]`, "a number, 0 to 1", JSON.stringify(values[wrong]));
  return numbers;
}

function expectation(tensor: AddonTensor, length: number): string {
  return tensor.type === "i32" ? `${length} class indices or labels` : `${length} numbers`;
}
