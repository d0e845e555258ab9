import { extentOf, formatShape, type TensorType } from "../shape/tensor-type.ts";
import { slide, span, uncovered, type Window } from "../shape/window.ts";
import type { Padding } from "./attributes.ts";
import type { ShapeContext } from "./operator.ts";

type Context = Pick<ShapeContext<{}>, "fail" | "warn">;

export interface WindowAttributes {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly pad: Padding;
  readonly dilation?: readonly [number, number];
}

/** `same` with stride 1: as many pixels out as in, the odd one at the far side. */
function samePadding([kh, kw]: readonly [number, number], [dh, dw]: readonly [number, number]): Window["pad"] {
  const [rows, columns] = [span(kh, dh) - 1, span(kw, dw) - 1];
  return [rows >> 1, columns >> 1, rows - (rows >> 1), columns - (columns >> 1)];
}

/** The window that a layer's attributes mean. */
export function windowOf({ kernel, stride, pad, dilation = [1, 1] }: WindowAttributes): Window {
  return { kernel, stride, dilation, pad: pad === "same" ? samePadding(kernel, dilation) : pad };
}

/** Checks what every windowed operator must hold and gives rows and columns of the result. */
export function checkWindow(
  operator: string,
  input: TensorType,
  attributes: WindowAttributes,
  { fail }: Context,
): { height: number; width: number } {
  const { kernel, stride, pad } = attributes;
  if (pad === "same" && (stride[0] > 1 || stride[1] > 1))
    fail("CNN305", { operator, explicit: explicitPads(attributes, input) }, "pad");
  const window = windowOf(attributes);
  const out = slide(extentOf(input.shape), window);
  if (out.height < 1 || out.width < 1) {
    const [top, left, bottom, right] = window.pad;
    const { height, width } = extentOf(input.shape);
    const padded = `${height + top + bottom}×${width + left + right}`;
    const [dh, dw] = window.dilation;
    fail("CNN302", { operator, window: `${span(kernel[0], dh)}×${span(kernel[1], dw)}`, input: padded }, "kernel");
  }
  return out;
}

/** PyTorch pads both sides alike; TensorFlow's `SAME` puts the odd pixel at the far side and depends on the input. */
function explicitPads({ kernel, stride, dilation = [1, 1] }: WindowAttributes, input: TensorType): string {
  const { height, width } = extentOf(input.shape);
  const pytorch = kernel.map((k, axis) => (span(k, dilation[axis]!) - 1) >> 1);
  const tensorflow = ([height, width] as const).map((n, axis) => {
    const total = Math.max(
      0,
      (Math.ceil(n / stride[axis]!) - 1) * stride[axis]! + span(kernel[axis]!, dilation[axis]!) - n,
    );
    return [total >> 1, total - (total >> 1)] as const;
  });
  const [[top, bottom], [left, right]] = tensorflow as [readonly [number, number], readonly [number, number]];
  return `pad=[${pytorch.join(", ")}] (PyTorch's) or pad=[${top}, ${bottom}, ${left}, ${right}] (TensorFlow's)`;
}

/** A pool's extra rules: padding below the kernel, and a warning where real pixels are lost. */
export function checkPool(operator: string, input: TensorType, attributes: WindowAttributes, context: Context): void {
  const window = windowOf(attributes);
  const [kh, kw] = window.kernel;
  const [top, left, bottom, right] = window.pad;
  if (Math.max(top, bottom) >= kh || Math.max(left, right) >= kw)
    context.fail("CNN306", { operator, pad: `[${window.pad.join(", ")}]`, kernel: `${kh}×${kw}` }, "pad");
  const { rows, columns } = uncovered(extentOf(input.shape), window);
  if (rows === 0 && columns === 0) return;
  const parts = [rows && `${rows} row${rows > 1 ? "s" : ""}`, columns && `${columns} column${columns > 1 ? "s" : ""}`];
  context.warn("CNN307", {
    operator,
    lost: `${parts.filter(Boolean).join(" and ")} of ${formatShape(input.shape)}`,
    mend: `pad=[${top}, ${bottom + rows}, ${left}, ${right + columns}]`,
  });
}

/** Fails unless the operand is f32 of one of the ranks. */
export function checkRank(
  operator: string,
  input: TensorType,
  rank: number,
  expected: string,
  { fail }: Context,
): void {
  if (input.dtype !== "f32") fail("CNN308", { operator, expected: "f32", found: input.dtype }, "x");
  if (input.shape.length !== rank) fail("CNN301", { operator, expected, found: formatShape(input.shape) }, "x");
}
