import type { Extent } from "./tensor-type.ts";

/** A sliding window over rows and columns, as convolution and pooling use it. */
export interface Window {
  /** [height, width] */
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** [top, left, bottom, right] */
  readonly pad: readonly [number, number, number, number];
}

/** Pixels a window spans along one axis: dilation·(kernel - 1) + 1. */
export function span(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/**
 * Window positions along one axis: floor((n + before + after - dilation·(kernel - 1) - 1) / stride) + 1.
 * Convolution and pooling share this rule. Zero or less: the window is larger than its padded input.
 */
export function positions(
  n: number,
  kernel: number,
  stride: number,
  dilation: number,
  before: number,
  after: number,
): number {
  return Math.floor((n + before + after - span(kernel, dilation)) / stride) + 1;
}

/** Rows and columns of a window's result. */
export function slide(input: Extent, window: Window): { height: number; width: number } {
  const { kernel, stride, dilation, pad } = window;
  return {
    height: positions(input.height, kernel[0], stride[0], dilation[0], pad[0], pad[2]),
    width: positions(input.width, kernel[1], stride[1], dilation[1], pad[1], pad[3]),
  };
}

/**
 * Rows and columns of what a window slides over where it has just so many positions as `input`, and some rows and columns
 * more at the far side: (n - 1)·stride + dilation·(kernel - 1) + 1 - before - after + more along each axis.
 */
export function unslide(
  input: Extent,
  { kernel, stride, dilation, pad }: Window,
  more: readonly [number, number],
): { height: number; width: number } {
  const along = (n: number, axis: 0 | 1): number =>
    (n - 1) * stride[axis] + span(kernel[axis], dilation[axis]) - pad[axis] - pad[axis + 2]! + more[axis];
  return { height: along(input.height, 0), width: along(input.width, 1) };
}

/** Real (not padding) rows and columns at the far side that no position of the window covers. */
export function uncovered(input: Extent, window: Window): { rows: number; columns: number } {
  const { kernel, stride, dilation, pad } = window;
  const { height, width } = slide(input, window);
  const lost = (n: number, count: number, axis: 0 | 1): number =>
    Math.max(0, n + pad[axis] - ((count - 1) * stride[axis] + span(kernel[axis], dilation[axis])));
  return { rows: lost(input.height, height, 0), columns: lost(input.width, width, 1) };
}

/** Windows that share n pixels among `count` results: window p covers floor(p·n/count) … ceil((p + 1)·n/count) - 1. */
export function shareOf(p: number, count: number, n: number): { readonly begin: number; readonly end: number } {
  return { begin: Math.floor((p * n) / count), end: Math.ceil(((p + 1) * n) / count) };
}
