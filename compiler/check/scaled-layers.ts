import type { CheckedModel, CheckedParameter, Layer } from "./program.ts";

/**
 * The layers whose first weights are scaled until their values vary by 1 over a batch (`init=lsuv`), from the inputs on. Weights
 * that layers share are scaled for the first of them.
 */
export function scaledLayersOf({ layers }: CheckedModel): readonly Layer[] {
  const scaled = layers.filter((layer) => scaledWeightOf(layer) !== undefined);
  const firsts = new Map(scaled.toReversed().map((layer) => [scaledWeightOf(layer)!.name, layer]));
  return scaled.filter((layer) => firsts.get(scaledWeightOf(layer)!.name) === layer);
}

export function scaledWeightOf({ parameters }: Layer): CheckedParameter | undefined {
  return parameters.find(({ initializer }) => initializer.kind === "lsuv");
}
