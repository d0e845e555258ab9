import type { CoreOf, Node } from "../ir/graph.ts";
import type { CpuTarget, Tile, Winograd } from "../ir/plan.ts";
import type { TunedLayer } from "../ir/tuning.ts";
import type { Extent } from "../shape/tensor-type.ts";
import type { Window } from "../shape/window.ts";
import { cacheBytes, cyclesToRead, levelOf, type CacheLevel } from "./caches.ts";
import { broadcastRegisters, cyclesOf, halvesOf } from "./tiles.ts";
import { describeTuned, direct, layerShape } from "./tuning.ts";
import { ownStageFrom } from "./work.ts";

export type Pair = readonly [rows: number, columns: number];

export interface Form {
  /** Rows × columns of the results of a tile. */
  readonly results: Pair;
  /**
   * The largest rounding error in parts of the standard deviation of a layer's results, for inputs and weights that are
   * independent and normal. Against float64, for some 5,000 terms, test/native/winograd.cpp measures about half of it. A direct
   * sum has up to 8e-6.
   */
  readonly error: number;
}

/** F(rows × columns, kernel) by kernel: the tiles that native/kernels/winograd.h has points for. */
const forms: { readonly [kernel in string]?: readonly Form[] } = {
  "3×3": [
    { results: [4, 4], error: 2e-5 },
    { results: [2, 2], error: 1e-5 },
  ],
  "5×5": [{ results: [2, 2], error: 2e-5 }],
  "1×3": [{ results: [1, 4], error: 1e-5 }],
  "1×4": [{ results: [1, 3], error: 1e-5 }],
  "1×5": [{ results: [1, 2], error: 1e-5 }],
};

/** Tiles that share a reading of the weights: enough that multiplications, not reading, take the time. */
const tilesFor: { readonly [level in CacheLevel]: number } = { first: 14, second: 14, third: 56, memory: 56 };

/** Cycles of the transforms of one vector of channels of one tile, for each of its points: loads, stores and arithmetic. */
export const transformCycles = 5.5;

export interface Convolution {
  readonly node: Node;
  readonly core: CoreOf<"conv">;
  readonly x: Extent;
  readonly y: Extent;
  readonly lanes: number;
  /** That of the direct kernel. */
  readonly tile: Tile;
  readonly target: CpuTarget;
}

export interface ChosenWinograd {
  readonly winograd: Winograd;
  readonly tile: Tile;
  readonly reason: string;
}

/**
 * Whether fewer multiplications pay: in tiles of r × s results a convolution of stride 1 takes one product for each point of a
 * tile and pair of channels, (r + kh - 1)(s + kw - 1) instead of r·s·kh·kw, but transforms tiles, and reads as many times the bytes of
 * weights. Decided by what was measured, else by a count of cycles for one sample.
 */
export function chooseWinograd(conv: Convolution): ChosenWinograd | undefined {
  const options = formsFor(conv)
    .map((form) => ({ form, ...planOf(form, conv) }))
    .sort((a, b) => a.cycles - b.cycles);
  const counted = directCycles(conv);
  const measured = tunedFor(conv);
  const best = measured
    ? options.find(({ form }) => nameOf(form, conv) === measured.use)
    : options.find(({ cycles }) => cycles * 1.1 <= counted);
  if (!best) return undefined;
  const { form, winograd, tile, weightBytes, cycles } = best;
  const because = measured
    ? describeTuned(measured)
    : `${(counted / cycles).toFixed(1)} times as fast as direct by the count of cycles`;
  const reason =
    `Winograd ${nameOf(form, conv)}: ${because}; ` +
    `error below ${form.error.toExponential(0)}·σ; transformed weights ${(weightBytes / 2 ** 20).toFixed(1)} MiB`;
  return { winograd, tile, reason };
}

/** The cycles of a sample, by the quickest way. */
export function fewestCycles(conv: Convolution): number {
  return Math.min(directCycles(conv), ...formsFor(conv).map((form) => planOf(form, conv).cycles));
}

/** All ways to compute a convolution, by their names in a tuning. */
export function algorithmsFor(conv: Convolution): readonly string[] {
  return [direct, ...formsFor(conv).map((form) => nameOf(form, conv))];
}

/** What was measured for a convolution of this shape; nothing where that is not one of its algorithms (any more). */
export function tunedFor(conv: Convolution): TunedLayer | undefined {
  const { node, core, x, y, target } = conv;
  const tuned = target.tuned?.[layerShape(node, core.window, x, y)];
  return tuned && algorithmsFor(conv).includes(tuned.use) ? tuned : undefined;
}

export const nameOf = ({ results }: Form, { core }: Convolution): string =>
  `F(${results.join("×")}, ${core.window.kernel.join("×")})`;

/** The tiles that a convolution can be computed in. */
export function formsFor({ core, x, y, lanes, node }: Convolution): readonly Form[] {
  const { kernel, stride, dilation } = core.window;
  const plain = [...stride, ...dilation, core.groups].every((n) => n === 1);
  if (!plain || lanes === 1 || Math.min(x.channels, y.channels) < 8) return [];
  return (forms[kernel.join("×")] ?? []).filter(
    ({ results }) => poolFits(node, results) && y.height >= results[0] && y.width >= results[1],
  );
}

/** Windows of a pooling behind the convolution must lie within tiles. */
function poolFits({ tail }: Node, results: Pair): boolean {
  if (!tail) return true;
  const { kernel, stride, pad, dilation } = tail.core.window;
  const whole = results.every((size, axis) => size % kernel[axis]! === 0 && stride[axis] === kernel[axis]);
  return whole && pad.every((n) => n === 0) && dilation.every((n) => n === 1);
}

function directCycles({ core: { window }, x, y, lanes, tile }: Convolution): number {
  const taps = window.kernel[0] * window.kernel[1];
  const row = cyclesOf(y.width, Math.ceil(y.channels / lanes), tile, lanes);
  return Math.max(y.height * row * taps * x.channels, cyclesToRead(taps * x.channels * y.channels * 4));
}

/** Tiles of a picture that at most two tiles of registers hold, one after the other. */
const fewTiles = 28;

/**
 * Tiles × vectors of a block in registers. With 32 of them 7 × 4, though one vector of weights then has no register of its own: products
 * of many tiles with few channels read less than those of 14 × 2. Where few tiles read weights once each, from far away, it is these
 * that count: in blocks of 2 vectors they go through the registers twice instead of three or four times, and what is fetched
 * ahead takes half the room.
 */
function productTile(lanes: number, channels: number, target: CpuTarget, few: boolean): Tile {
  const vectors = Math.min(target.registers === 32 && !few ? 4 : 2, Math.ceil(channels / lanes));
  const room = target.registers - vectors - (target.registers === 32 ? 0 : broadcastRegisters);
  return { pixels: Math.min(14, Math.floor(room / vectors)), vectors };
}

/** Products for a tile and a pair of channels. */
export function pointsOf([rows, columns]: Pair, { kernel: [kh, kw] }: Window): number {
  return (rows + kh - 1) * (columns + kw - 1);
}

export function tilesOf([rows, columns]: Pair, { height, width }: Extent) {
  const [down, across] = [Math.ceil(height / rows), Math.ceil(width / columns)];
  // In whole ones: those at edges take part of the work.
  return { down, across, count: down * across, whole: (height / rows) * (width / columns) };
}

function planOf({ results }: Form, { core: { window }, x, y, lanes, target }: Convolution) {
  const points = pointsOf(results, window);
  const tiles = tilesOf(results, y);
  const macs = window.kernel[0] * window.kernel[1] * x.channels * y.channels * y.height * y.width;
  // V of the whole picture, of which each thread reads what others have made, and the weights once; or rows of tiles, of which V stays with
  // its thread. By bytes V is to the weights as tiles to outputs.
  const whole = macs >= ownStageFrom && 4 * tiles.count <= y.channels;
  const tile = productTile(lanes, y.channels, target, whole && tiles.count <= fewTiles);
  const vectors = Math.ceil(y.channels / lanes);
  const weightBytes = points * x.channels * vectors * lanes * 4;
  const group = whole
    ? Math.max(1, Math.floor(tilesTogether / tiles.count))
    : rowsTogether(tiles, points, weightBytes, x.channels + tile.vectors * lanes);
  const together = whole ? tiles.count : Math.min(tiles.count, group * tiles.across);
  const readings = whole ? 1 : Math.ceil(tiles.down / group);
  const products = (cyclesOf(together, vectors, tile, lanes) / together) * tiles.whole * points * x.channels;
  const moved = tiles.whole * points * halvesOf(lanes) * transformCycles * (Math.ceil(x.channels / lanes) + vectors);
  const cycles = Math.max(products, readings * cyclesToRead(weightBytes)) + moved;
  return { winograd: { results, points, group, whole }, tile, weightBytes, cycles };
}

/** Tiles whose products one block takes at a time, where pictures share the weights. */
const tilesTogether = 64;

/** Rows of tiles that go through a block together: enough to be worth the weights, as far as the second cache has room, and about as many each time. */
function rowsTogether(
  { down, across }: ReturnType<typeof tilesOf>,
  points: number,
  weightBytes: number,
  channels: number,
): number {
  const fitting = Math.floor((2 * cacheBytes.second) / (points * across * channels * 4));
  const wanted = Math.ceil(tilesFor[levelOf(weightBytes)] / across);
  const most = Math.max(1, Math.min(wanted, fitting, down));
  return Math.ceil(down / Math.ceil(down / most));
}

export const apart = (floats: number): number => floats + 16;

/** Floats that a thread works in, as `native/kernels/conv_winograd.h` lays them out; and for each sample, V of a whole picture. */
export function winogradFloats(
  { results, points, group, whole }: Winograd,
  { vectors }: Tile,
  lanes: number,
  x: Extent,
  y: Extent,
): { readonly scratch: number; readonly perSample: number } {
  const { across, count } = tilesOf(results, y);
  const channels = Math.ceil(x.channels / lanes) * lanes;
  const width = Math.min(vectors, Math.ceil(y.channels / lanes)) * lanes;
  const inputs = (tiles: number): number => points * apart(tiles * channels);
  const products = (tiles: number): number => points * apart(tiles * width);
  if (whole) return { scratch: products(group * count), perSample: inputs(count) };
  return { scratch: inputs(group * across) + products(group * across), perSample: 0 };
}
