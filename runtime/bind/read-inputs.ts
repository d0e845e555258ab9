import { CnncInputError } from "../errors.ts";
import { describeShape, describeValue, elementCount } from "../tensor/typed-array.ts";
import type { AddonTensor, Elements } from "./addon.ts";

/** Inputs as the addon takes them. */
export interface ReadInputs {
  readonly batch: number;
  readonly arrays: Elements[];
  readonly layouts: number;
}

const arrayNames = { u8: "Uint8Array", f32: "Float32Array", i32: "Int32Array" } as const;

/** Checks kinds and lengths; the number of samples follows from them and must be the same for all. */
export function readInputs(tensors: readonly AddonTensor[], given: Readonly<Record<string, unknown>>): ReadInputs {
  if (typeof given !== "object" || given === null) {
    throw new CnncInputError("inputs", "an object with an entry per input", describeValue(given));
  }
  const arrays: Elements[] = [];
  let layouts = 0;
  let batch = 0;
  for (const [position, tensor] of tensors.entries()) {
    const value = given[tensor.name];
    const { data, hwc } = elementsOf(tensor, value);
    const samples = sampleCount(tensor, data);
    if (position > 0 && samples !== batch) {
      const first = tensors[0]!.name;
      throw new CnncInputError(tensor.name, `${batch} samples like ${first}`, `${samples}`);
    }
    batch = samples;
    arrays.push(data);
    if (hwc) layouts += 2 ** position;
  }
  return { batch, arrays, layouts };
}

/** Names that mean nothing are mistakes: a silent one would train on the wrong thing. */
export function rejectUnknown(given: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): void {
  for (const name in given) {
    if (!known.has(name)) {
      throw new CnncInputError(name, `one of ${[...known].join(", ")}`, "a name that the model does not have");
    }
  }
}

function elementsOf(tensor: AddonTensor, value: unknown): { data: Elements; hwc: boolean } {
  if (isArrayOf(tensor.type, value)) return { data: value, hwc: false };
  if (typeof value === "object" && value !== null && "data" in value) {
    const { data, layout } = value as { data: unknown; layout?: unknown };
    if (layout !== undefined && layout !== "chw" && layout !== "hwc") {
      throw new CnncInputError(`${tensor.name}.layout`, `"chw" or "hwc"`, describeValue(layout));
    }
    if (isArrayOf(tensor.type, data)) return { data, hwc: layout === "hwc" };
    throw new CnncInputError(`${tensor.name}.data`, expectation(tensor), describeValue(data));
  }
  throw new CnncInputError(tensor.name, expectation(tensor), describeValue(value));
}

function isArrayOf(type: AddonTensor["type"], value: unknown): value is Elements {
  switch (type) {
    case "u8":
      return value instanceof Uint8Array || value instanceof Uint8ClampedArray;
    case "f32":
      return value instanceof Float32Array;
    case "i32":
      return value instanceof Int32Array;
  }
}

function sampleCount(tensor: AddonTensor, data: Elements): number {
  const samples = data.length / elementCount(tensor.shape);
  if (samples < 1 || !Number.isInteger(samples)) {
    throw new CnncInputError(tensor.name, expectation(tensor), describeValue(data));
  }
  return samples;
}

function expectation(tensor: AddonTensor): string {
  const size = elementCount(tensor.shape);
  return `${arrayNames[tensor.type]} of N·${size} elements (N samples of ${describeShape(tensor.shape)})`;
}
