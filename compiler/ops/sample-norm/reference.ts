import { tensor, type Tensor } from "../../opkit/tensor.ts";
import { sizeOf } from "../../shape/tensor-type.ts";

/**
 * (x - mean)/√(variance + eps), then ·weight[c] + bias[c] where they are given; mean and biased variance are those of
 * the elements that `setOf` gives one number.
 */
export function normalised(
  x: Tensor,
  [weight, bias]: readonly Tensor[],
  eps: number,
  setOf: (sample: number, channel: number, position: number) => number,
): Tensor {
  const [, channels = 1] = x.shape;
  const plane = sizeOf(x.shape.slice(2));
  const channelOf = (i: number): number => Math.floor(i / plane) % channels;
  const sets = Array.from(x.data, (_, i) => setOf(Math.floor(i / plane / channels), channelOf(i), i % plane));
  const counts = new Float64Array(Math.max(...sets) + 1);
  for (const set of sets) counts[set]!++;
  const means = (f: (value: number, set: number) => number): Float64Array => {
    const sums = new Float64Array(counts.length);
    sets.forEach((set, i) => (sums[set]! += f(x.data[i]!, set) / counts[set]!));
    return sums;
  };
  const mean = means((value) => value);
  const variance = means((value, set) => (value - mean[set]!) ** 2);
  const y = sets.map((set, i) => (x.data[i]! - mean[set]!) / Math.sqrt(variance[set]! + eps));
  const affine = (value: number, c: number): number =>
    weight === undefined ? value : value * weight.data[c]! + bias!.data[c]!;
  return tensor(
    x.shape,
    y.map((value, i) => affine(value, channelOf(i))),
  );
}
