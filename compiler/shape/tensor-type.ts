/** Element types a value can have. Only `f32` occurs within: `u8` are pictures that come in, `tokens` words, `i32` class indices as targets. */
export type DType = "f32" | "u8" | "tokens" | "i32";

/** Dimensions without the batch: [C, H, W], [C] or [] (one number per sample). */
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Of tokens and class indices: they are from 0 to below - 1. */
  readonly below?: number;
}

/** A shape seen as the rows and columns that every kernel walks: [C] is 1×1×C, [C, L] is 1×L×C, [] is 1×1×1. Kernels [K, C, kh, kw] have K channels. */
export interface Extent {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

export function extentOf(shape: Shape): Extent {
  const [channels = 1, second, third] = shape;
  if (shape.length > 3) return { channels, height: 1, width: 1 };
  if (third !== undefined) return { channels, height: second ?? 1, width: third };
  return { channels, height: 1, width: second ?? 1 };
}

/** The shape with so many channels, rows and columns that has a rank: what `extentOf` reads. */
export function shapeOf([channels, height, width]: readonly [number, number, number], rank: number): Shape {
  if (rank === 3) return [channels, height, width];
  return rank === 2 ? [channels, width] : [channels];
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** `6×14×14`, the way people say it; a single number per sample is `scalar`. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

/** `6×14×14`, but `a vector of 84`: a number alone would not say what it is. */
export function describeShape(shape: Shape): string {
  return shape.length === 1 ? `a vector of ${shape[0]}` : formatShape(shape);
}

/** `f32[6, 14, 14]`, `tokens[64] in 10000`, the way the language writes it. */
export function formatType({ dtype, shape, below }: TensorType): string {
  return `${dtype}[${shape.join(", ")}]${dtype === "tokens" ? ` in ${below}` : ""}`;
}
