import { CnncError } from "../errors.ts";
import type { TrainManifest } from "./manifest.ts";
import type { Parameters } from "./parameters.ts";

/** A layer whose first weights were scaled by data. */
export interface ScaledLayer {
  readonly layer: string;
  /** Of its values over the batch, before its weights were divided by it. */
  readonly deviation: number;
}

/**
 * Layer-sequential unit variance (Mishkin & Matas 2016, arXiv:1511.06422): from the inputs on, divides the weights of each layer
 * by the standard deviation of its values, √(E[y²] - E[y]²). A layer is linear in its weights and its bias is 0, so its values
 * then vary by 1. Each layer is measured behind those that have been scaled before. Weights that are not `chosen` stay.
 */
export async function scaleToUnitVariance(
  layers: NonNullable<TrainManifest["scaled"]>,
  chosen: ReadonlySet<string>,
  parameters: Parameters,
  measure: () => Promise<Float64Array>,
): Promise<ScaledLayer[]> {
  const scaled: ScaledLayer[] = [];
  for (const [i, { layer, weight }] of layers.entries()) {
    if (!chosen.has(weight)) continue;
    const [mean, square] = (await measure()).subarray(2 * i, 2 * i + 2) as unknown as [number, number];
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    if (!(deviation > 0 && Number.isFinite(deviation)))
      throw new CnncError(
        `${layer} cannot start with init=lsuv: over the first batch its values vary by ${deviation}; ` +
          "are the samples all alike, or no finite numbers?",
      );
    parameters.set(
      weight,
      parameters.get(weight).map((value) => value / deviation),
    );
    scaled.push({ layer, deviation });
  }
  return scaled;
}
