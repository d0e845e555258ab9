import { CnncWeightsError } from "../errors.ts";
import { describeShape, describeValue, elementCount } from "../tensor/typed-array.ts";
import type { Weights } from "../weights/weights.ts";
import type { AddonInstance } from "./addon.ts";
import { initialValues } from "./initialize.ts";
import type { ParameterManifest } from "./manifest.ts";

/** Optimiser state in a checkpoint stands under this prefix; it is no part of the weights. */
export const statePrefix = "optimizer.";

/** Whether a tensor of a file belongs to a trainer, not to the network. */
export function ofTrainer(name: string): boolean {
  return name.startsWith(statePrefix);
}

/** Who takes the values of a parameter, by its index; native code reads them from a file by itself. */
type Taker = Pick<AddonInstance, "setParameter"> & Partial<Pick<AddonInstance, "readParameters">>;

/** Fills every parameter: names and shapes are compared before the first is set. */
export function loadWeights(
  native: Taker,
  model: string,
  parameters: readonly ParameterManifest[],
  weights: Weights,
  allowNonFinite: boolean,
): void {
  if (typeof (weights as Partial<Weights>).read !== "function") {
    throw new CnncWeightsError(`weights: expected a path, a URL or weightsOf(…), got ${describeValue(weights)}`);
  }
  compareNames(model, parameters, weights);
  for (const { name, shape } of parameters) mustHaveShape(weights, name, shape);
  const read = readByNative(native, parameters, weights, allowNonFinite);
  for (const [index, parameter] of parameters.entries()) {
    if (index < read) continue;
    const values = readTensor(weights, parameter);
    if (!allowNonFinite) mustBeFinite(parameter.name, values);
    native.setParameter(index, values);
  }
}

/** How many parameters native code has read from the file; what it does not take, tells its fault when it is read here. */
function readByNative(
  native: Taker,
  parameters: readonly ParameterManifest[],
  { stored }: Weights,
  allowNonFinite: boolean,
): number {
  if (!stored || !native.readParameters) return 0;
  const positions = Float64Array.from(parameters, ({ name }) => stored.position(name));
  return native.readParameters(stored.file, positions, !allowNonFinite);
}

/** Refuses a tensor of another shape than the model's; `name` is what the weights call it. */
export function mustHaveShape(weights: Weights, name: string, shape: readonly number[]): void {
  const found = weights.shape(name);
  if (!sameShape(shape, found)) throw CnncWeightsError.ofTensor(name, describeShape(shape), describeShape(found));
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** A tensor's values; weights in memory may have fewer than their shape says. */
export function readTensor(weights: Weights, { name, shape }: Pick<ParameterManifest, "name" | "shape">): Float32Array {
  const values: unknown = weights.read(name);
  const size = elementCount(shape);
  if (values instanceof Float32Array && values.length === size) return values;
  throw CnncWeightsError.ofTensor(name, `Float32Array of ${size}`, describeValue(values));
}

/** One value that is no number makes every result one: training that diverged, or a file that is damaged. */
export function mustBeFinite(name: string, values: Float32Array): void {
  const index = firstNonFinite(values);
  if (index >= 0) throw CnncWeightsError.ofTensor(name, "finite numbers", `${values[index]} at ${index}`);
}

/** By the bits of the exponent, in a plain loop: there are a hundred million weights in some networks. */
export function firstNonFinite(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & 0x7f800000) === 0x7f800000) return i;
  return -1;
}

export function initializeWeights(native: Taker, parameters: readonly ParameterManifest[], seed: number): void {
  for (const [index, parameter] of parameters.entries()) {
    native.setParameter(index, initialValues(parameter, seed));
  }
}

function compareNames(model: string, parameters: readonly ParameterManifest[], weights: Weights): void {
  const known = new Set(parameters.map((it) => it.name));
  const missing = [...known].filter((name) => !weights.has(name));
  const unexpected = weights.names.filter((name) => !known.has(name) && !ofTrainer(name));
  if (missing.length === 0 && unexpected.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`missing: ${listed(missing)}`] : []),
    ...(unexpected.length > 0 ? [`unexpected: ${listed(unexpected)}`] : []),
  ];
  const message = `these weights are not ${model}'s; ${parts.join("; ")}`;
  throw new CnncWeightsError(message, { missing, unexpected });
}

/** A few names say enough; the error's fields have them all. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
