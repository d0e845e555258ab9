import { CnncWeightsError } from "../errors.ts";

/** One named tensor, row-major. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Weights by name, as a file holds them: read when asked for. */
export interface Weights {
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  has(name: string): boolean;
  shape(name: string): readonly number[];
  read(name: string): Float32Array;
  /** Where they are in a file, so that native code can read them. */
  readonly stored?: StoredWeights;
}

/** An open file, and where in it the numbers of a tensor begin; -1 where they are not F32. */
export interface StoredWeights {
  readonly file: number;
  position(name: string): number;
}

/** Weights from memory. */
export function weightsOf(
  tensors: Readonly<Record<string, WeightTensor>> | ReadonlyMap<string, WeightTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Weights {
  const map = tensors instanceof Map ? tensors : new Map(Object.entries(tensors));
  const find = (name: string): WeightTensor => {
    const tensor = map.get(name) as WeightTensor | undefined;
    if (!tensor) throw new CnncWeightsError(`there is no tensor ${name}`, { missing: [name] });
    return tensor;
  };
  return {
    names: [...map.keys()] as string[],
    metadata,
    has: (name) => map.has(name),
    shape: (name) => find(name).shape,
    read: (name) => find(name).data,
  };
}
