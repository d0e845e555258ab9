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

/** What stands at (c, h, w) of a sample, or along the axes that its shape has. */
export type Index = readonly number[];

/** A tensor of such samples whose elements are those of x at `source`, and `otherwise` where there is no source. */
export function pickTensor(
  x: Tensor,
  shape: Shape,
  source: (index: Index) => Index | undefined,
  otherwise = 0,
): Tensor {
  const [samples = 1, ...own] = x.shape;
  const y = tensor([samples, ...shape]);
  const [from, to] = [sizeOf(own), sizeOf(shape)];
  for (let i = 0; i < to; i++) {
    const at = source(indexOf(i, shape));
    const place = at?.reduce((sum, k, axis) => sum * own[axis]! + k, 0);
    for (let n = 0; n < samples; n++) y.data[n * to + i] = place === undefined ? otherwise : x.data[n * from + place]!;
  }
  return y;
}

/** Where element i of a sample stands. */
function indexOf(i: number, shape: Shape): Index {
  let rest = i;
  return [...shape]
    .reverse()
    .map((size) => {
      const at = rest % size;
      rest = Math.floor(rest / size);
      return at;
    })
    .reverse();
}

/** The tensor with `f` applied to every element. */
export function mapTensor(x: Tensor, f: (value: number, index: number) => number): Tensor {
  return { shape: x.shape, data: x.data.map((value, index) => f(value, index)) };
}
