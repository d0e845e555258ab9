import type { Tile, WinogradWeights } from "../ir/plan.ts";
import type { Extent } from "../shape/tensor-type.ts";
import {
  apart,
  formsFor,
  nameOf,
  pointsOf,
  tilesOf,
  transformCycles,
  type Convolution,
  type Form,
} from "./choose-winograd.ts";
import { broadcastRegisters, halvesOf } from "./tiles.ts";

/** Input channels × output channels of a unit: so much that its sums, at 36 points, stay in the second cache. */
const blockOf = 64;
/** Tiles whose transforms lie beside these sums. */
const tilesTogether = 20;
/** What a step of a register tile takes beside its multiply-adds: the next addresses, and the loop. */
const stepCycles = 3;
/** Multiply-adds in flight, of which a step has at least as many. */
const inFlight = 8;
/** Cycles for each point when the sums of a vector of weights are transformed in the end, for a batch of this size. */
const finishCycles = 2.5;
const usualBatch = 8;

export interface ChosenWeights {
  readonly adjoint: WinogradWeights;
  readonly tile: Tile;
  readonly reason: string;
}

/**
 * Whether the gradient of a convolution to its weights is quicker in tiles: the adjoint of Winograd's algorithm takes a product for each
 * point of a tile where the sum itself takes one for each pixel and tap. There are no transformed weights to read, so the largest tiles that
 * fit are best. By a count of cycles for one sample.
 */
export function chooseWinogradWeights(conv: Convolution): ChosenWeights | undefined {
  const counted = directCycles(conv);
  const [best] = formsFor(conv)
    .map((form) => ({ form, ...planOf(form, conv) }))
    .sort((a, b) => a.cycles - b.cycles);
  if (!best || best.cycles * 1.1 > counted) return undefined;
  const { form, adjoint, tile, cycles } = best;
  const reason =
    `adjoint of Winograd ${nameOf(form, conv)}: ${(counted / cycles).toFixed(1)} times as fast as direct by the count of cycles; ` +
    `error below ${form.error.toExponential(0)}·σ`;
  return { adjoint, tile, reason };
}

/** The cycles of a sample, by the quickest way. */
export function fewestWeightCycles(conv: Convolution): number {
  return Math.min(directCycles(conv), ...formsFor(conv).map((form) => planOf(form, conv).cycles));
}

function directCycles({ core, x, y, lanes }: Convolution): number {
  const [kh, kw] = core.window.kernel;
  return halvesOf(lanes) * y.height * y.width * kh * kw * x.channels * Math.ceil(y.channels / lanes);
}

/** Independent blocks of weights. */
export function unitsOf({ channels, vectors }: WinogradWeights, lanes: number, x: Extent, y: Extent): number {
  return Math.ceil(x.channels / channels) * Math.ceil(Math.ceil(y.channels / lanes) / vectors);
}

function planOf({ results }: Form, { core: { window }, x, y, lanes, target }: Convolution) {
  const points = pointsOf(results, window);
  const [inputs, outputs] = [x, y].map(({ channels }) => Math.ceil(channels / lanes));
  const channels = Math.min(blockOf, inputs! * lanes);
  const vectors = Math.min(blockOf / lanes, outputs!);
  const { tile, cycles: product } = registerTile(Math.min(channels, x.channels), vectors, target.registers);
  const tiles = tilesOf(results, y).whole;
  const sums = (product / Math.min(channels, x.channels)) * x.channels * (outputs! / tile.vectors);
  const transforms = inputs! * Math.ceil(outputs! / vectors) + outputs! * Math.ceil(x.channels / channels);
  const finish = (finishCycles * points * x.channels * outputs!) / usualBatch;
  const cycles = halvesOf(lanes) * (tiles * points * (sums + transformCycles * transforms) + finish);
  const adjoint: WinogradWeights = { results, points, group: tilesTogether, channels, vectors };
  return { adjoint, tile, cycles };
}

/** Channels × vectors in registers, and the cycles of one tile's products with a block of so many channels. */
function registerTile(channels: number, most: number, registers: number) {
  const vectors = Math.min(registers === 32 ? 4 : 2, most);
  const room = Math.floor((registers - vectors - broadcastRegisters) / vectors);
  const options = Array.from({ length: room }, (_, i) => i + 1).map((pixels) => ({
    tile: { pixels, vectors },
    cycles: Math.ceil(channels / pixels) * (Math.max(inFlight, pixels * vectors) + stepCycles),
  }));
  return options.reduce((best, option) => (option.cycles <= best.cycles ? option : best));
}

/** Floats that a thread works in, as `native/kernels/conv_winograd_weights.h` lays them out. */
export function winogradWeightsFloats(
  { results, points, group, channels, vectors }: WinogradWeights,
  { pixels }: Tile,
  lanes: number,
  y: Extent,
): number {
  const { across, count } = tilesOf(results, y);
  const part = y.width % results[1] === 0 ? largestDivisor(across, group) : across;
  const rows = Math.max(1, Math.min(count / across, Math.floor(group / part)));
  const isWhole = rows === count / across && part === across;
  const tiles = rows * part * (isWhole ? Math.max(1, Math.floor(group / count)) : 1);
  const width = vectors * lanes;
  const sums = Math.ceil(channels / pixels) * pixels * width;
  return points * (apart(tiles * channels) + apart(tiles * width) + apart(sums));
}

function largestDivisor(of: number, most: number): number {
  let divisor = Math.min(of, most);
  while (of % divisor !== 0) divisor--;
  return divisor;
}
