import type { CheckedModel, CheckedOutput, Layer } from "../check/program.ts";
import { parametersOf } from "../check/cost.ts";
import { tensor, type Tensor } from "../opkit/tensor.ts";
import { sizeOf, type TensorType } from "../shape/tensor-type.ts";
import type { Tensors } from "./reference.ts";
import { initialValues } from "../../runtime/bind/initialize.ts";
import { hashName, RandomStream } from "../../runtime/random/philox.ts";

/** Uniform in [from, to), as f32. */
const between = (random: RandomStream, from: number, to: number) => Math.fround(from + (to - from) * random.uniform());

function fill(shape: readonly number[], value: () => number): Tensor {
  const data = Float64Array.from({ length: sizeOf(shape) }, value);
  return tensor(shape, data);
}

/** The model with random numbers where `normalize` has those of its pictures. */
export function withRandomNormalize(model: CheckedModel): CheckedModel {
  const random = new RandomStream(1, hashName(`${model.name} normalize`));
  const redraw = (layer: Layer): Layer => {
    if (layer.operator.name !== "normalize") return layer;
    const { mean, std } = layer.attributes as { readonly mean: readonly number[]; readonly std: readonly number[] };
    const attributes = {
      mean: mean.map(() => between(random, -1, 1)),
      std: std.map(() => between(random, 0.3, 1.5)),
    };
    return { ...layer, attributes };
  };
  return { ...model, layers: model.layers.map(redraw) };
}

/**
 * Weights as training would start from, so that deep networks keep their scale; what starts as a constant (shifts, running
 * means; factors, variances, which stay positive) is random around it.
 */
export function drawParameters(model: CheckedModel): Tensors {
  return new Map(
    parametersOf(model).map(({ name, spec, initializer }) => {
      const random = new RandomStream(2, hashName(name));
      const { shape, initial } = spec;
      if (initial.kind === "weight")
        return [name, tensor(shape, initialValues({ name, shape, initializer }, 3))] as const;
      const from = initial.kind === "ones" ? 0.5 : -0.5;
      return [name, fill(shape, () => between(random, from, from + 1))] as const;
    }),
  );
}

/** Bytes, tokens, or numbers around 0. */
export function drawInputs({ name: model, inputs }: CheckedModel, batch: number): Tensors {
  return new Map(
    inputs.map(({ name, type }) => {
      const random = new RandomStream(batch, hashName(`${model} ${name}`));
      const below = belowOf(type);
      const value = () => (below === undefined ? between(random, -2, 2) : Math.floor(random.uniform() * below));
      return [name, { ...type, ...fill([batch, ...type.shape], value) }] as const;
    }),
  );
}

function belowOf({ dtype, below }: TensorType): number | undefined {
  return dtype === "u8" ? 256 : below;
}

/** Classes for each sample; 0 or 1, or numbers, for each element. */
export function drawTarget(
  { name, kind, classes = 1, shape }: CheckedOutput,
  batch: number,
): Float32Array | Int32Array {
  const random = new RandomStream(7, hashName(name));
  if (kind === "class") return Int32Array.from({ length: batch }, () => Math.floor(random.uniform() * classes));
  const choose = kind === "tensor" ? () => random.uniform() * 2 - 1 : () => Math.floor(random.uniform() * 2);
  return Float32Array.from({ length: batch * sizeOf(shape) }, choose);
}
