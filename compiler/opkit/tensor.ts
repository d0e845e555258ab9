import { sizeOf, type DType, type Shape } from "../shape/tensor-type.ts";

/** A float64 tensor for references: row-major, the batch first where there is one. */
export interface Tensor {
  readonly shape: Shape;
  /** Absent: f32. */
  readonly dtype?: DType;
  /** Of tokens: how many there are. */
  readonly below?: number;
  readonly data: Float64Array;
}

export function tensor(shape: Shape, data: ArrayLike<number> = new Float64Array(sizeOf(shape))): Tensor {
  if (data.length !== sizeOf(shape)) throw new RangeError(`${data.length} numbers for a tensor of ${sizeOf(shape)}`);
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** The tensor with `f` applied to every element. */
export function mapTensor(x: Tensor, f: (value: number, index: number) => number): Tensor {
  return { shape: x.shape, data: x.data.map((value, index) => f(value, index)) };
}
