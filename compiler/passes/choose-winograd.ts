import type { CoreOf, Node } from "../ir/graph.ts";
import type { CpuTarget, Tile, Winograd } from "../ir/plan.ts";
import type { Extent } from "../shape/tensor-type.ts";
import { broadcastRegisters, cyclesOf } from "./tiles.ts";
import { ownStageFrom } from "./work.ts";

/**
 * Largest rounding error of F(m×m, 3×3) in parts of the standard deviation of a layer's results, for inputs and weights that are
 * independent and normal: measured against float64 for 4,608 terms (test/native/winograd.cpp): 3.2e-6 and 1.1e-5. A direct sum
 * has up to 8e-6.
 */
const errorBound: { readonly [m in Winograd["m"]]: number } = { 2: 1e-5, 4: 2e-5 };

/** Bytes that come into a core in a cycle: from the second cache, from the third, from memory. */
const bytesPerCycle = { second: 32, third: 24, memory: 7 } as const;
const cacheBytes = { second: 768 * 1024, third: 12 * 1024 * 1024 } as const;

/** Tiles that share a reading of the weights: enough that multiplications, not reading, take the time. */
const tilesFor = { second: 14, third: 28, memory: 56 } as const;

function levelOf(bytes: number): keyof typeof bytesPerCycle {
  if (bytes <= cacheBytes.second) return "second";
  return bytes <= cacheBytes.third ? "third" : "memory";
}

const cyclesToRead = (bytes: number): number => bytes / bytesPerCycle[levelOf(bytes)];

/** Cycles for one vector of channels of one tile: loads, stores and the arithmetic of the transforms. */
const transforms: { readonly [m in Winograd["m"]]: { readonly input: number; readonly output: number } } = {
  2: { input: 60, output: 50 },
  4: { input: 200, output: 170 },
};

interface Convolution {
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
 * Whether fewer multiplications pay: a convolution 3×3 of stride 1 in tiles of m × m results takes (m + 2)² instead of 9m²
 * products for each pair of channels, but transforms tiles, and reads (m + 2)²/9 as many bytes of weights. Decided by a count of
 * cycles for one sample.
 */
export function chooseWinograd(conv: Convolution): ChosenWinograd | undefined {
  const { x, y, lanes, tile, target } = conv;
  if (!fits(conv)) return undefined;
  const direct = directCycles(x, y, lanes, tile);
  const options = ([4, 2] as const)
    .filter((m) => poolFits(conv.node, m))
    .map((m) => ({ m, cycles: winogradCycles(m, x, y, lanes, target) }))
    .sort((a, b) => a.cycles - b.cycles);
  const [best] = options;
  if (!best || best.cycles * 1.1 > direct) return undefined;
  const { m } = best;
  const winograd = { m, ...groupOf(m, x, y, lanes, target) };
  const bytes = (m + 2) ** 2 * x.channels * Math.ceil(y.channels / lanes) * lanes * 4;
  const reason =
    `Winograd F(${m}×${m}, 3×3): ${(direct / best.cycles).toFixed(1)} times as fast as direct by the count of cycles; ` +
    `error below ${errorBound[m].toExponential(0)}·σ; transformed weights ${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return { winograd, tile: productTile(lanes, y.channels, target), reason };
}

function fits({ core: { window, groups }, x, y, lanes }: Convolution): boolean {
  const all = (sizes: readonly number[], n: number): boolean => sizes.every((size) => size === n);
  return (
    all(window.kernel, 3) &&
    all([...window.stride, ...window.dilation], 1) &&
    groups === 1 &&
    lanes > 1 &&
    x.channels >= 8 &&
    y.channels >= 8 &&
    y.height >= 4 &&
    y.width >= 4
  );
}

/** Windows of a pooling behind the convolution must lie within tiles. */
function poolFits({ tail }: Node, m: number): boolean {
  if (!tail) return true;
  const { kernel, stride, pad, dilation } = tail.core.window;
  const [size] = kernel;
  const square = [...kernel, ...stride].every((n) => n === size);
  return square && m % size === 0 && pad.every((n) => n === 0) && dilation.every((n) => n === 1);
}

function directCycles(x: Extent, y: Extent, lanes: number, tile: Tile): number {
  const row = cyclesOf(y.width, Math.ceil(y.channels / lanes), tile, lanes);
  return Math.max(y.height * row * 9 * x.channels, cyclesToRead(9 * x.channels * y.channels * 4));
}

/** Tiles × vectors of a block in registers. */
function productTile(lanes: number, channels: number, target: CpuTarget): Tile {
  const vectors = Math.min(target.registers === 32 ? 4 : 2, Math.ceil(channels / lanes));
  const room = target.registers - vectors - broadcastRegisters(target);
  return { pixels: Math.min(14, Math.floor(room / vectors)), vectors };
}

const tilesOf = (m: number, { height, width }: Extent) => ({
  down: Math.ceil(height / m),
  across: Math.ceil(width / m),
  /** In whole ones: those at edges take part of the work. */
  whole: (height / m) * (width / m),
});

function winogradCycles(m: Winograd["m"], x: Extent, y: Extent, lanes: number, target: CpuTarget): number {
  const tile = productTile(lanes, y.channels, target);
  const vectors = Math.ceil(y.channels / lanes);
  const { down, across, whole } = tilesOf(m, y);
  const points = (m + 2) ** 2;
  const { group, whole: whole_picture } = groupOf(m, x, y, lanes, target);
  const groups = whole_picture ? 1 : Math.ceil(down / group);
  const weights = points * x.channels * vectors * lanes * 4;
  const together = whole_picture ? down * across : group * across;
  const products = (cyclesOf(together, vectors, tile, lanes) / together) * whole * points * x.channels;
  const halves = lanes === 16 ? 1 : 0.5;
  const { input, output } = transforms[m];
  const moved = whole * halves * (input * Math.ceil(x.channels / lanes) + output * vectors);
  return Math.max(products, groups * cyclesToRead(weights)) + moved;
}

/** Tiles whose products one block takes at a time, where pictures share the weights. */
const tilesTogether = 64;

/**
 * Either rows of tiles, enough to be worth the weights that each group goes through, as far as the second cache has room; or, where V
 * is smaller than the weights and tiles are few, the whole picture, and the weights once.
 */
function groupOf(
  m: Winograd["m"],
  x: Extent,
  y: Extent,
  lanes: number,
  target: CpuTarget,
): Pick<Winograd, "group" | "whole"> {
  const { down, across } = tilesOf(m, y);
  const tiles = down * across;
  const macs = 9 * x.channels * y.channels * y.height * y.width;
  if (macs >= ownStageFrom && 2 * tiles <= y.channels)
    return { whole: true, group: Math.max(1, Math.floor(tilesTogether / tiles)) };
  const width = productTile(lanes, y.channels, target).vectors * lanes;
  const rowBytes = (m + 2) ** 2 * across * (x.channels + width) * 4;
  const level = levelOf((m + 2) ** 2 * x.channels * y.channels * 4);
  const fitting = Math.floor((2 * cacheBytes.second) / rowBytes);
  const wanted = Math.ceil(tilesFor[level] / across);
  return { whole: false, group: Math.max(1, Math.min(wanted, fitting, down)) };
}

const apart = (floats: number): number => floats + 16;

/** Floats that a thread works in, as `native/kernels/conv_winograd.h` lays them out; and for each sample, V of a whole picture. */
export function winogradFloats(
  { m, group, whole }: Winograd,
  { vectors }: Tile,
  lanes: number,
  x: Extent,
  y: Extent,
): { readonly scratch: number; readonly perSample: number } {
  const points = (m + 2) ** 2;
  const { down, across } = tilesOf(m, y);
  const channels = Math.ceil(x.channels / lanes) * lanes;
  const width = Math.min(vectors, Math.ceil(y.channels / lanes)) * lanes;
  const inputs = (tiles: number): number => points * apart(tiles * channels);
  const products = (tiles: number): number => points * apart(tiles * width);
  if (whole) return { scratch: products(group * down * across), perSample: inputs(down * across) };
  return { scratch: inputs(group * across) + products(group * across), perSample: 0 };
}
