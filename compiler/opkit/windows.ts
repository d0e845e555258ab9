import { extentOf, formatShape, shapeOf, type TensorType } from "../shape/tensor-type.ts";
import { slide, span, uncovered, type Window } from "../shape/window.ts";
import type { Padding } from "./attributes.ts";
import type { ShapeContext } from "./operator.ts";

type Context = Pick<ShapeContext<{}>, "fail" | "warn">;
type Pair = readonly [number, number];

/** A number for each axis of the operand: two of a picture, one of a sequence. */
export interface WindowAttributes {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pad: Padding;
  readonly dilation?: readonly number[];
}

/** `same` with stride 1: as many pixels out as in, the odd one at the far side. */
function samePadding([kh, kw]: Pair, [dh, dw]: Pair): Window["pad"] {
  const [rows, columns] = [span(kh, dh) - 1, span(kw, dw) - 1];
  return [rows >> 1, columns >> 1, rows - (rows >> 1), columns - (columns >> 1)];
}

/** Rows and columns of what is given per axis: a sequence has one row. */
export function rowsAndColumns([first = 1, second]: readonly number[]): Pair {
  return second === undefined ? [1, first] : [first, second];
}

/** [top, left, bottom, right] of what is given per side. */
export function sidesOf([first = 0, second = 0, third, fourth = 0]: readonly number[]): Window["pad"] {
  return third === undefined ? [0, first, 0, second] : [first, second, third, fourth];
}

/** The window that a layer's attributes mean. */
export function windowOf({ kernel, stride, pad, dilation = kernel.map(() => 1) }: WindowAttributes): Window {
  const [taps, distance] = [rowsAndColumns(kernel), rowsAndColumns(dilation)];
  const sides = pad === "same" ? samePadding(taps, distance) : sidesOf(pad);
  return { kernel: taps, stride: rowsAndColumns(stride), dilation: distance, pad: sides };
}

/** Checks what every windowed operator must hold and gives the type of the result. */
export function checkWindow(
  operator: string,
  channels: number,
  input: TensorType,
  attributes: WindowAttributes,
  { fail }: Context,
): TensorType {
  const { stride, pad } = attributes;
  if (pad === "same" && stride.some((step) => step > 1))
    fail("CNN305", { operator, explicit: explicitPads(attributes, input) }, "pad");
  const window = windowOf(attributes);
  const { length: rank } = input.shape;
  const out = slide(extentOf(input.shape), window);
  if (out.height < 1 || out.width < 1) {
    const [top, left, bottom, right] = window.pad;
    const { height, width } = extentOf(input.shape);
    const padded = sizeText([height + top + bottom, width + left + right], rank);
    const spans = window.kernel.map((taps, axis) => span(taps, window.dilation[axis]!)) as [number, number];
    const reach = rank === 2 ? `${spans[1]}-step` : sizeText(spans, rank);
    fail("CNN302", { operator, window: reach, input: padded }, "kernel");
  }
  return { dtype: "f32", shape: shapeOf([channels, out.height, out.width], rank) };
}

/** Rows × columns, or a length. */
function sizeText([height, width]: Pair, rank: number): string {
  return formatShape(shapeOf([1, height, width], rank).slice(1));
}

/** As it would be written. */
function padText([top, left, bottom, right]: Window["pad"], rank: number): string {
  return rank === 2 ? `[${left}, ${right}]` : `[${top}, ${bottom}, ${left}, ${right}]`;
}

/** PyTorch pads both sides alike; TensorFlow's `SAME` puts the odd pixel at the far side and depends on the input. */
function explicitPads(attributes: WindowAttributes, { shape }: TensorType): string {
  const { kernel, stride, dilation } = windowOf(attributes);
  const { height, width } = extentOf(shape);
  const spans = kernel.map((taps, axis) => span(taps, dilation[axis]!));
  const pytorch = spans.map((reach) => (reach - 1) >> 1);
  const [[top, bottom], [left, right]] = [height, width].map((n, axis) => {
    const total = Math.max(0, (Math.ceil(n / stride[axis]!) - 1) * stride[axis]! + spans[axis]! - n);
    return [total >> 1, total - (total >> 1)] as const;
  }) as [Pair, Pair];
  const alike = shape.length === 2 ? `${pytorch[1]}` : `[${pytorch.join(", ")}]`;
  return `pad=${alike} (PyTorch's) or pad=${padText([top, left, bottom, right], shape.length)} (TensorFlow's)`;
}

/** A pool's extra rules: padding below the kernel, and a warning where real pixels are lost. */
export function checkPool(operator: string, input: TensorType, attributes: WindowAttributes, context: Context): void {
  const window = windowOf(attributes);
  const { length: rank } = input.shape;
  const [kh, kw] = window.kernel;
  const [top, left, bottom, right] = window.pad;
  if (Math.max(top, bottom) >= kh || Math.max(left, right) >= kw)
    context.fail("CNN306", { operator, pad: padText(window.pad, rank), kernel: sizeText(window.kernel, rank) }, "pad");
  const beyond = uncovered(extentOf(input.shape), window);
  // A window of one element with a stride picks every n-th: what it passes over is meant to go.
  const [rows, columns] = [kh === 1 ? 0 : beyond.rows, kw === 1 ? 0 : beyond.columns];
  if (rows === 0 && columns === 0) return;
  const count = (n: number, what: string) => n && `${n} ${what}${n > 1 ? "s" : ""}`;
  const parts = [count(rows, "row"), count(columns, rank === 2 ? "step" : "column")];
  context.warn("CNN307", {
    operator,
    lost: `${parts.filter(Boolean).join(" and ")} of ${formatShape(input.shape)}`,
    mend: `pad=${padText([top, left, bottom + rows, right + columns], rank)}`,
  });
}

/** Fails unless the operand is f32 and something that windows slide over. */
export function checkWindowed(operator: string, input: TensorType, context: Context): void {
  checkRank(operator, input, [2, 3], "a sequence C×L or an image C×H×W", context);
}

/** Fails unless the operand is f32 of one of the ranks. */
export function checkRank(
  operator: string,
  input: TensorType,
  ranks: readonly number[],
  expected: string,
  { fail }: Context,
): void {
  if (input.dtype !== "f32") fail("CNN308", { operator, expected: "f32", found: input.dtype }, "x");
  if (!ranks.includes(input.shape.length)) fail("CNN301", { operator, expected, found: formatShape(input.shape) }, "x");
}
