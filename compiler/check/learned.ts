import { parametersOf } from "./cost.ts";
import type { CheckedModel, CheckedParameter, Layer } from "./program.ts";

/** Whether training moves a parameter by its gradient: it is no running value, and not frozen. */
export function learns({ train }: Pick<CheckedModel, "train">, { name, spec }: Named): boolean {
  return spec.trained !== false && train?.rates.get(name) !== 0;
}

type Named = Pick<CheckedParameter, "name" | "spec">;

/** A layer all of whose parameters are frozen computes as in prediction while the others learn, and moves no running values. */
export function isFrozen(model: Pick<CheckedModel, "train">, { parameters }: Pick<Layer, "parameters">): boolean {
  return parameters.length > 0 && !parameters.some((parameter) => learns(model, parameter));
}

/**
 * The parameters in the order of the addon: what learns, that of one rate side by side, since the optimiser goes through each
 * such part by itself; then what training leaves to other hands.
 */
export function parametersByRate(model: CheckedModel): readonly CheckedParameter[] {
  const rateOf = (parameter: CheckedParameter): number =>
    learns(model, parameter) ? (model.train?.rates.get(parameter.name) ?? 1) : 0;
  return [...parametersOf(model)].sort((a, b) => rateOf(b) - rateOf(a));
}
