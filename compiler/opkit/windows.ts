import { describeShape, extentOf, formatShape, shapeOf, type TensorType } from "../shape/tensor-type.ts";
import { slide, span, uncovered, type Window } from "../shape/window.ts";
import type { Padding } from "./attributes.ts";
import type { Mend, ShapeContext } from "./operator.ts";

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

/** Rows and columns of what is given per axis: a sequence has one row, for which it says `row`. */
export function rowsAndColumns([first = 1, second]: readonly number[], row = 1): Pair {
  return second === undefined ? [row, first] : [first, second];
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
    fail("CNN305", { operator }, "pad", { write: explicitPads(attributes, input) });
  const window = windowOf(attributes);
  const { length: rank } = input.shape;
  const out = slide(extentOf(input.shape), window);
  if (out.height < 1 || out.width < 1) {
    const [top, left, bottom, right] = window.pad;
    const { height, width } = extentOf(input.shape);
    const padded = sizeText([height + top + bottom, width + left + right], rank);
    const spans = window.kernel.map((taps, axis) => span(taps, window.dilation[axis]!)) as [number, number];
    const reach = rank === 2 ? `${spans[1]}-step` : sizeText(spans, rank);
    const size = height * width > 1 ? sizeText([height, width], rank) : undefined;
    fail("CNN302", { operator, window: reach, input: padded }, "kernel", { help: tooLargeHelp(operator, size) });
  }
  return { dtype: "f32", shape: shapeOf([channels, out.height, out.width], rank) };
}

/** Rows × columns, or a length. */
export function sizeText([height, width]: Pair, rank: number): string {
  return formatShape(shapeOf([1, height, width], rank).slice(1));
}

/** What makes a window fit: less of what made the operand small. */
function tooLargeHelp(operator: string, size: string | undefined): string {
  const pool = size === undefined ? undefined : /^(max|avg)_pool$/.exec(operator)?.[1];
  const less = "take a smaller window, pad, or leave out a pool or a stride before it";
  return pool === undefined ? less : `\`global_${pool}_pool\` takes all of the ${size}; else ${less}`;
}

/** A padding as one would write it, no longer than it must be. */
function padText([top, left, bottom, right]: Window["pad"], rank: number): string {
  if (rank === 2) return left === right ? String(left) : `[${left}, ${right}]`;
  if (top !== bottom || left !== right) return `[${top}, ${bottom}, ${left}, ${right}]`;
  return top === left ? String(top) : `[${top}, ${left}]`;
}

/** PyTorch pads both sides alike; TensorFlow's `SAME` puts the odd pixel at the far side and depends on the input. */
function explicitPads(attributes: WindowAttributes, { shape }: TensorType): NonNullable<Mend["write"]> {
  const { kernel, stride, dilation } = windowOf(attributes);
  const { height, width } = extentOf(shape);
  const spans = kernel.map((taps, axis) => span(taps, dilation[axis]!));
  const [rows, columns] = spans.map((reach) => (reach - 1) >> 1) as [number, number];
  const [[top, bottom], [left, right]] = [height, width].map((n, axis) => {
    const total = Math.max(0, (Math.ceil(n / stride[axis]!) - 1) * stride[axis]! + spans[axis]! - n);
    return [total >> 1, total - (total >> 1)] as const;
  }) as [Pair, Pair];
  const pytorch = padText([rows, columns, rows, columns], shape.length);
  const tensorflow = padText([top, left, bottom, right], shape.length);
  if (pytorch === tensorflow) return [{ title: `both pad the same here: \`pad=${pytorch}\``, text: pytorch }];
  return [
    { title: `PyTorch's padding: \`pad=${pytorch}\``, text: pytorch },
    { title: `TensorFlow's padding: \`pad=${tensorflow}\``, text: tensorflow },
  ];
}

/** A pool's extra rules: padding below the kernel, and a warning where real pixels are lost. */
export function checkPool(operator: string, input: TensorType, attributes: WindowAttributes, context: Context): void {
  const window = windowOf(attributes);
  const { length: rank } = input.shape;
  const [kh, kw] = window.kernel;
  const [top, left, bottom, right] = window.pad;
  if (Math.max(top, bottom) >= kh || Math.max(left, right) >= kw)
    context.fail("CNN306", { operator, pad: padText(window.pad, rank), kernel: sizeText(window.kernel, rank) }, "pad", {
      help: `a padding of half the window is common: \`pad=${padText([kh >> 1, kw >> 1, kh >> 1, kw >> 1], rank)}\``,
    });
  const beyond = uncovered(extentOf(input.shape), window);
  // A window of one element with a stride picks every n-th: what it passes over is meant to go.
  const [rows, columns] = [kh === 1 ? 0 : beyond.rows, kw === 1 ? 0 : beyond.columns];
  if (rows === 0 && columns === 0) return;
  const count = (n: number, what: string) => n && `${n} ${what}${n > 1 ? "s" : ""}`;
  const parts = [count(rows, "row"), count(columns, rank === 2 ? "step" : "column")];
  const text = padText([top, left, bottom + rows, right + columns], rank);
  const lost = `${parts.filter(Boolean).join(" and ")} of ${formatShape(input.shape)}`;
  const write = [{ title: `keep them: \`pad=${text}\``, text }];
  context.warn("CNN307", { operator, lost, mend: `pad=${text}` }, undefined, { argument: "pad", write });
}

const windowedHelp = "convolutions and pools come before `flatten`: a vector has no rows and columns";

/**
 * What turns the elements of an input into numbers. Of bytes a mean of 0 and a deviation of 1 leave byte / 255.
 */
export function forInput({ dtype, shape }: TensorType): Mend {
  if (dtype === "tokens") return { help: "`embedding(dim)` or `one_hot` turns tokens into numbers" };
  if (dtype !== "u8") return {};
  const list = (item: number): string => `[${Array.from({ length: shape[0]! }, () => item).join(", ")}]`;
  const help = "`normalize(mean=[…], std=[…])` turns bytes into numbers";
  return shape[0]! > 4 ? { help } : { help, before: `normalize(mean=${list(0)}, std=${list(1)})` };
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
  if (input.dtype !== "f32") fail("CNN308", { operator, expected: "f32", found: input.dtype }, "x", forInput(input));
  if (ranks.includes(input.shape.length)) return;
  const found = describeShape(input.shape);
  const mend = ranks.includes(1) ? { before: "flatten" } : input.shape.length === 1 ? { help: windowedHelp } : {};
  fail("CNN301", { operator, expected, found }, "x", mend);
}
