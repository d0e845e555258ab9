import { asConvolution } from "../ir/as-convolution.ts";
import type { CoreOf, Node } from "../ir/graph.ts";
import type { Choice, CpuTarget, Tile } from "../ir/plan.ts";
import type { Extent } from "../shape/tensor-type.ts";
import { slide, span, type Window } from "../shape/window.ts";
import { cyclesPerByte, cyclesToRead } from "./caches.ts";
import { fewestCycles, type Convolution } from "./choose-winograd.ts";
import { fewestWeightCycles } from "./choose-winograd-weights.ts";
import { chooseTile, halvesOf, lanesFor } from "./tiles.ts";

/**
 * A gradient that arrives through a maximum over windows is zero but at one place of each: of P·Q·K numbers P'·Q'·K are left, for windows
 * of 2 × 2 a quarter. The kernels that go from one of these places to the next take
 *
 *   P'·Q'·K · kh · ⌈reach·C / lanes⌉ vectors, reach = (kw - 1)·dilation + 1,
 *
 * since a row of weights and the floats of a picture that it meets lie beside each other, whatever C is: few channels fill vectors as well
 * as many. Those that take the zeros as they come take P·Q·K·kh·kw·⌈C / lanes⌉ of them, or as many times fewer as Winograd's tiles save.
 */
export interface MaxGradient {
  readonly choice: Omit<Choice, "reason">;
  /** Of a sample; and of the quickest kernel that takes zeros as they come. */
  readonly cycles: number;
  readonly dense: number;
}

/** Time of adding to a vector of memory, of which there may be a younger sum that is still being stored, in that of a multiply-add. */
const addCycles = 2.5;
/** Time of a multiply-add with a vector that is read for it alone, and often lies in two lines of the cache. */
const unalignedCycles = 1.7;
/** What each number takes beside its multiply-adds: where it is, and its copies in all lanes. */
const placeCycles = 3;
/** Registers that a tile leaves for other things than its sums. */
const otherRegisters = 4;
/** Outputs of a tile: it has code for each. */
const mostOutputs = 4;
/** Samples whose inputs are read again and again. */
const usualBatch = 8;

/** Whether it is worth it; counts of cycles are only so exact. */
export function pays({ cycles, dense }: MaxGradient): boolean {
  return cycles * 1.1 <= dense;
}

export function reasonFor({ cycles, dense }: MaxGradient, { pooled }: { readonly pooled: Window }): string {
  return `one number for each window of ${pooled.kernel.join("×")}: ${(dense / cycles).toFixed(1)} times as fast as with zeros by the count of cycles`;
}

/**
 * The gradient to x: each number adds its multiple of the weights to a picture of the thread's; or those of a window add theirs in
 * registers first, to the patch that all its pixels together reach, multiplying the zeros around each one's weights, too.
 */
export function maxDataGradient(
  node: Node,
  core: CoreOf<"conv_max_data_grad">,
  dy: Extent,
  dx: Extent,
  target: CpuTarget,
): MaxGradient {
  const { window } = core;
  const y = { channels: dy.channels, ...slide(dx, window) };
  const [apart, together] = [false, true].map((both) => patchesOf(core, dy, dx, target, both));
  const { cycles, ...choice } = together!.cycles <= apart!.cycles ? together! : apart!;
  return {
    choice: { kernel: "conv_max_data", ...choice },
    cycles,
    dense: denseDataCycles(node, window, y, dx, target),
  };
}

/** As `MaxPatch` and `MaxPicture` of `native/kernels/conv_max_data.h` lay them out. */
function patchesOf(
  { window, pooled }: CoreOf<"conv_max_data_grad">,
  dy: Extent,
  dx: Extent,
  target: CpuTarget,
  together: boolean,
) {
  const along = (axis: 0 | 1, pixels: number, windows: number) => {
    const [reach, stride] = [span(window.kernel[axis], window.dilation[axis]), window.stride[axis]];
    const further = (pooled.kernel[axis] - 1) * pooled.dilation[axis] * stride;
    const first = window.pad[axis] + pooled.pad[axis] * stride;
    const picture = Math.max(first + pixels, (windows - 1) * pooled.stride[axis] * stride + reach + further);
    const around = together ? further : 0;
    return { around, patch: reach + around, picture };
  };
  const [rows, columns] = [along(0, dx.height, dy.height), along(1, dx.width, dy.width)];
  const lanes = lanesFor(dx.channels, target);
  const pixel = Math.ceil(dx.channels / lanes) * lanes;
  const own = lanesOf(columns.patch * pixel, target);
  const vectors = Math.ceil((columns.patch * pixel) / own);
  const copy = dy.channels * (rows.around + rows.patch) * (columns.around * pixel + vectors * own);
  const picture = (Math.ceil((rows.picture * columns.picture * pixel) / own) + 1) * own;
  const tile = tileOf(rows.patch, vectors, 1, target);
  const tiles = Math.ceil(rows.patch / tile.pixels) * Math.ceil(vectors / tile.vectors);
  const [windows, patch] = [dy.height * dy.width, halvesOf(own) * rows.patch * vectors];
  const adding = addCycles * patch * (together ? 1 : dy.channels);
  const multiplying = dy.channels * ((together ? patch : 0) + tiles * placeCycles);
  const reading = cyclesToRead(4 * dy.channels * rows.patch * vectors * own);
  const moving = (2 * addCycles * halvesOf(own) * picture) / own;
  const cycles = windows * Math.max(adding + multiplying, reading) + moving;
  return { lanes, tile, patches: { lanes: own, together, copy, picture }, cycles };
}

/** Vectors of floats that lie beside each other, of however few. */
const lanesOf = (floats: number, target: CpuTarget): number => lanesFor(Math.max(4, floats), target);

function denseDataCycles(node: Node, window: Window, y: Extent, dx: Extent, target: CpuTarget): number {
  const core = asConvolution({ family: "conv_data_grad", window, groups: 1 });
  if (core) return fewestCycles(convolution(node, core, y, dx, target));
  const lanes = lanesFor(dx.channels, target);
  const vectors = window.kernel[0] * window.kernel[1] * Math.ceil(dx.channels / lanes);
  return halvesOf(lanes) * y.height * y.width * y.channels * vectors;
}

/** The gradient to w: for rows of weights in registers, multiples of the rows of x that they meet. */
export function maxWeightGradient(
  node: Node,
  core: CoreOf<"conv_max_weight_grad">,
  x: Extent,
  dy: Extent,
  target: CpuTarget,
): MaxGradient {
  const { window } = core;
  const [kh] = window.kernel;
  const own = lanesFor(x.channels, target);
  const pixel = Math.ceil(x.channels / own) * own;
  const floats = (span(window.kernel[1], window.dilation[1]) - 1) * pixel + x.channels;
  const lanes = lanesOf(floats, target);
  const vectors = Math.ceil(floats / lanes);
  const tile = tileOf(kh, vectors, dy.channels, target);
  const tiles = Math.ceil(kh / tile.pixels) * Math.ceil(vectors / tile.vectors);
  const numbers = dy.height * dy.width * dy.channels;
  const adding = numbers * (kh * vectors * halvesOf(lanes) * unalignedCycles + tiles * placeCycles);
  const bytes = 4 * numbers * kh * vectors * lanes;
  // Beyond what the first cache takes, which is in the time of a multiply-add.
  const reading = bytes * (cyclesPerByte(4 * usualBatch * x.height * x.width * pixel) - cyclesPerByte(1));
  const y = { channels: dy.channels, ...slide(x, window) };
  const conv = convolution(node, { family: "conv", window, groups: 1 }, x, y, target);
  return {
    choice: { kernel: "conv_max_weights", lanes, tile },
    cycles: adding + reading,
    dense: fewestWeightCycles(conv),
  };
}

/** `pixels` are rows of weights: of one output, or whole ones of several; where not even one row fits, parts of it. */
function tileOf(kh: number, vectors: number, outputs: number, target: CpuTarget): Tile {
  const most = target.registers - otherRegisters;
  const even = (total: number, part: number): number => Math.ceil(total / Math.ceil(total / part));
  if (vectors > most) return { pixels: 1, vectors: even(vectors, most) };
  const rows = Math.floor(most / vectors);
  const pixels = rows < kh ? even(kh, rows) : kh * Math.min(mostOutputs, outputs, Math.floor(rows / kh));
  return { pixels, vectors };
}

function convolution(node: Node, core: CoreOf<"conv">, x: Extent, y: Extent, target: CpuTarget): Convolution {
  const lanes = lanesFor(y.channels, target);
  return { node, core, x, y, lanes, tile: chooseTile(y.width, Math.ceil(y.channels / lanes), lanes, target), target };
}
