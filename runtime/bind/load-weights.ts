import { CnncWeightsError } from "../errors.ts";
import { describeShape } from "../tensor/typed-array.ts";
import type { Weights } from "../weights/weights.ts";
import type { AddonInstance } from "./addon.ts";
import { initialValues } from "./initialize.ts";
import type { ParameterManifest } from "./manifest.ts";

/** Optimiser state in a checkpoint stands under this prefix; it is no part of the weights. */
export const statePrefix = "optimizer.";

/** Fills every parameter, or nothing: names and shapes are compared before the first is set. */
export function loadWeights(
  native: AddonInstance,
  model: string,
  parameters: readonly ParameterManifest[],
  weights: Weights,
): void {
  compareNames(model, parameters, weights);
  for (const { name, shape } of parameters) {
    const found = weights.shape(name);
    if (found.length !== shape.length || found.some((size, i) => size !== shape[i])) {
      throw new CnncWeightsError(
        `${name}: the model has ${describeShape(shape)}, the weights have ${describeShape(found)}`,
      );
    }
  }
  for (const [index, { name }] of parameters.entries()) {
    native.setParameter(index, weights.read(name));
  }
}

export function initializeWeights(native: AddonInstance, parameters: readonly ParameterManifest[], seed: number): void {
  for (const [index, parameter] of parameters.entries()) {
    native.setParameter(index, initialValues(parameter, seed));
  }
}

function compareNames(model: string, parameters: readonly ParameterManifest[], weights: Weights): void {
  const known = new Set(parameters.map((it) => it.name));
  const missing = [...known].filter((name) => !weights.has(name));
  const unexpected = weights.names.filter((name) => !known.has(name) && !name.startsWith(statePrefix));
  if (missing.length === 0 && unexpected.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`missing: ${listed(missing)}`] : []),
    ...(unexpected.length > 0 ? [`unexpected: ${listed(unexpected)}`] : []),
  ];
  const message = `these weights are not ${model}'s; ${parts.join("; ")}`;
  throw new CnncWeightsError(message, { missing, unexpected });
}

/** A few names say enough; the error's fields have them all. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
