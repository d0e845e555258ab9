import type { AxisMap } from "../../ir/axis-map.ts";
import { word } from "../../opkit/attributes.ts";
import { resampled } from "../../opkit/axes.ts";
import type { OnnxContext, OnnxName } from "../../opkit/onnx.ts";
import type { LowerContext } from "../../opkit/operator.ts";
import { pickTensor, tensor, type Tensor } from "../../opkit/tensor.ts";

/** What upsample and resize share: a value of another height and width, or of another length. */
export const mode = word(["nearest", "bilinear"], { doc: "How elements in between are found.", default: "nearest" });

export const modesDoc =
  "Along an axis of n elements that becomes m long, mode=nearest takes element ⌊p·n/m⌋ for position p, and mode=bilinear " +
  "the elements next to the point (p + 1/2)·n/m - 1/2, weighted by how near they are; points beyond the outermost " +
  "elements are these. Both axes do so in turn. This is PyTorch's `interpolate`, and ONNX's `Resize` with " +
  "`asymmetric` and `floor`, or `linear` and `half_pixel`.";

export interface Interpolation {
  readonly mode: "nearest" | "bilinear";
  readonly aligned: boolean;
}

/** `size` has the rows and columns of the result, or its length. */
export function lowerInterpolation(
  { b, operands: [x] }: Pick<LowerContext<{}>, "b" | "operands">,
  size: readonly number[],
  { mode, aligned }: Interpolation,
): string {
  const { shape } = b.typeOf(x!);
  const result = [shape[0]!, ...size];
  const map: AxisMap = mode === "nearest" ? { map: "nearest" } : { map: "linear", aligned };
  // An axis that keeps its length keeps its elements.
  const changed = [...shape.keys()].filter((axis) => shape[axis] !== result[axis]);
  return b.node(resampled(shape, result, new Map(changed.map((axis) => [axis, map]))), [x!]);
}

/**
 * `Resize` computes places from a quotient of sizes in f32, so the nearest element is that below for certain only where
 * sizes are multiples; elsewhere the elements are listed.
 */
export function onnxInterpolation(
  { b, operands: [x], types: [from], type: to }: Pick<OnnxContext<{}>, "b" | "operands" | "types" | "type">,
  { mode, aligned }: Interpolation,
): OnnxName {
  const changed = [...to.shape.keys()].filter((axis) => from!.shape[axis] !== to.shape[axis]);
  if (mode === "nearest" && !changed.every((axis) => to.shape[axis]! % from!.shape[axis]! === 0))
    return changed.reduce((y, axis) => {
      const [n, m] = [from!.shape[axis]!, to.shape[axis]!];
      const below = Array.from({ length: m }, (_, p) => Math.floor((p * n) / m));
      return b.node("Gather", [y, b.whole(below)], { axis: axis + 1 });
    }, x!);
  const size = b.node("Concat", [b.node("Shape", [x!], { start: 0, end: 2 }), b.whole(to.shape.slice(1))], { axis: 0 });
  const kind: Readonly<Record<string, string>> =
    mode === "nearest"
      ? { mode, coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" }
      : { mode: "linear", coordinate_transformation_mode: aligned ? "align_corners" : "half_pixel" };
  // Neither a region nor scales are given.
  return b.node("Resize", [x!, b.constant([], [0]), b.constant([], [0]), size], kind);
}

/** One axis after the other. */
export function interpolated(x: Tensor, size: readonly number[], { mode, aligned }: Interpolation): Tensor {
  return size.reduce((y, m, position) => {
    const axis = position + 1;
    const [, ...shape] = y.shape;
    const n = shape[axis]!;
    const becomes = shape.map((size, k) => (k === axis ? m : size));
    const pick = (source: (p: number) => number): Tensor =>
      pickTensor(y, becomes, (index) => index.map((i, k) => (k === axis ? source(i) : i)));
    if (mode === "nearest") return pick((p) => Math.floor((p * n) / m));
    const point = (p: number): number => {
      const q = aligned ? (m > 1 ? (p * (n - 1)) / (m - 1) : 0) : ((p + 0.5) * n) / m - 0.5;
      return Math.max(0, Math.min(n - 1, q));
    };
    const [below, above] = [pick((p) => Math.floor(point(p))), pick((p) => Math.ceil(point(p)))];
    const stride = becomes.slice(axis + 1).reduce((product, size) => product * size, 1);
    const shareOf = (i: number): number => point(Math.floor(i / stride) % m) % 1;
    return tensor(
      below.shape,
      below.data.map((a, i) => a + shareOf(i) * (above.data[i]! - a)),
    );
  }, x);
}
