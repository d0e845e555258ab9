import type { Layer } from "../check/program.ts";
import type { Standardisation } from "../opkit/operator.ts";

/*
 * What rules ask of a layer. Where the declaration of an operator tells, these read it; the rest are
 * the names that the literature behind the rules speaks of.
 */

/** A linear map by drawn weights: `conv`, `dense`. `embedding` multiplies nothing. */
export function isLinear({ operator, parameters }: Layer): boolean {
  return operator.macs !== undefined && parameters.some(({ spec }) => spec.initial.kind === "weight");
}

export function isActivation({ operator }: Layer): boolean {
  return operator.activation !== undefined;
}

/** Max(0, x) whose gradient is zero where x ≤ 0. */
export function isRelu({ operator, attributes }: Layer): boolean {
  const [, mostLeak] = (attributes["leak_grad"] ?? [0, 0]) as readonly [number, number];
  return operator.name === "relu" && mostLeak === 0;
}

/** How a layer brings values to mean 0 and variance 1; nothing where it does not. It keeps their shape. */
export function standardisation({ operator, attributes, type }: Layer): Standardisation | undefined {
  return operator.standardises?.({ operands: [type], attributes: attributes as never });
}

export function isNorm(layer: Layer): boolean {
  return standardisation(layer) !== undefined;
}

/** By the moments of the batch while training, by collected ones in inference. */
export function isBatchNorm(layer: Layer): boolean {
  return standardisation(layer)?.moments === "batch";
}

/** Subtracts the mean of each channel. */
export function centresChannels(layer: Layer): boolean {
  return standardisation(layer)?.perChannel ?? false;
}

/** Each channel by itself: no layer can choose how many there are. */
export function isDepthwise({ operator }: Layer): boolean {
  return operator.name === "depthwise_conv";
}

/** Its stride is one of the result. */
export function isTransposed({ operator }: Layer): boolean {
  return operator.name === "conv_transpose";
}

/** Dropout that drops something. */
export function isDropout({ operator, attributes }: Layer): boolean {
  return operator.name === "dropout" && (attributes["p"] as number) > 0;
}
