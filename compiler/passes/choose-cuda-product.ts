import { valueOf, type CoreOf, type Family, type Graph, type Node } from "../ir/graph.ts";
import type { BlockTile, Choice, CudaTarget } from "../ir/plan.ts";
import { extentOf, sizeOf, type Extent } from "../shape/tensor-type.ts";

/** What a product is: so many rows, columns and products side by side; rows for a batch of `usualBatch`. */
interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly slices: number;
}

interface Use<F extends Family> {
  readonly core: CoreOf<F>;
  readonly operands: readonly Extent[];
  readonly result: Extent;
  readonly by: Arithmetic;
}

/** In what numbers a product is computed, and whether tensor cores do it. */
interface Arithmetic {
  readonly precision: CudaTarget["precision"];
  readonly unit: BlockTile["unit"];
}
type Chooser<F extends Family> = (use: Use<F>) => Choice;

/** Tiles are chosen for such a batch and such a device. Fixed numbers: what is computed depends on neither. */
const usualBatch = 32;
const multiprocessors = 128;

/** Tiles of a block, and how much of a multiprocessor's speed they are expected to reach: small ones read more for what they compute. */
const tiles: readonly { readonly tile: Omit<BlockTile, "depth" | "unit">; readonly speed: number }[] = [
  { tile: { rows: 128, columns: 128, warps: [4, 2] }, speed: 1 },
  { tile: { rows: 128, columns: 64, warps: [4, 2] }, speed: 0.85 },
  { tile: { rows: 128, columns: 32, warps: [4, 1] }, speed: 0.65 },
  { tile: { rows: 64, columns: 64, warps: [2, 2] }, speed: 0.7 },
  { tile: { rows: 64, columns: 32, warps: [4, 1] }, speed: 0.5 },
  { tile: { rows: 32, columns: 32, warps: [2, 1] }, speed: 0.35 },
];

/** Groups with fewer channels on a side leave most of a tile empty. */
const narrowest = 8;
/** The most columns that a thread of a direct kernel has: it reads its weights once for all of them. */
const strip = 4;
/** Parts of a sum over pixels, each worth at least so many terms; the sums of a direct kernel keep few threads busy. */
const mostParts = 64;
const termsOfPart = 256;
const directParts = 128;

const one = { pixels: 1, vectors: 1 } as const;

const choosers: { readonly [F in Family]?: Chooser<F> } = {
  conv: ({ core: { groups }, operands: [x], result, by }) => {
    if (isNarrow(groups, x!, result)) return direct("grouped_conv", groups, x!, result.width);
    const rows = usualBatch * result.height * result.width;
    return product("conv", { rows, columns: result.channels / groups, slices: groups }, by);
  },
  conv_data_grad: ({ core: { groups, window }, operands: [dy], result, by }) => {
    if (isNarrow(groups, dy!, result)) return direct("grouped_conv_data", groups, result, result.width);
    const [sh, sw] = window.stride;
    const rows = usualBatch * Math.ceil(result.height / sh) * Math.ceil(result.width / sw);
    return product("conv_data", { rows, columns: result.channels / groups, slices: groups * sh * sw }, by);
  },
  conv_weight_grad: ({ core: { groups, window }, operands: [x, dy], by }) => {
    const pixels = usualBatch * dy!.height * dy!.width;
    if (isNarrow(groups, x!, dy!)) {
      const parts = atMost(directParts, usualBatch * dy!.height);
      const reason = `groups of ${x!.channels / groups} channels: a thread for a row of taps of an output, ${parts} parts of the rows`;
      return { kernel: "grouped_conv_weights", lanes: 1, tile: one, parts, reason };
    }
    const [kh, kw] = window.kernel;
    const sizes = { rows: dy!.channels / groups, columns: (kh * kw * x!.channels) / groups, slices: groups };
    return productOfParts("conv_weights", sizes, pixels, by);
  },
  dense: ({ result, by }) => {
    return product("dense", { rows: usualBatch, columns: result.channels, slices: 1 }, by);
  },
  dense_data_grad: ({ result, by }) => {
    return product("dense_data", { rows: usualBatch, columns: sizeOfExtent(result), slices: 1 }, by);
  },
  dense_weight_grad: ({ operands: [x, dy], by }) => {
    return product("dense_weights", { rows: dy!.channels, columns: sizeOfExtent(x!), slices: 1 }, by);
  },
};

/** How a product of matrices is computed, or undefined for what is none. */
export function chooseCudaProduct(node: Node, graph: Graph, { precision }: CudaTarget): Choice | undefined {
  const chooser = choosers[node.core.family] as Chooser<Family> | undefined;
  if (!chooser) return undefined;
  const operands = node.inputs.map((id) => extentOf(valueOf(graph, id).type.shape));
  const result = extentOf(valueOf(graph, node.body[0]!.value).type.shape);
  return chooser({ core: node.core, operands, result, by: { precision, unit: unitOf(node, graph, precision) } });
}

/**
 * `tf32` is for layers that learn. Tables, as of the Fourier transform, are multiplied exactly: logarithms of what they give
 * would make much of little errors. In 16 bits all that is stored is rounded, and the tables with it.
 */
function unitOf({ inputs }: Node, graph: Graph, precision: CudaTarget["precision"]): BlockTile["unit"] {
  const isTable = inputs.some((id) => valueOf(graph, id).role === "constant");
  return precision === "f32" || (precision === "tf32" && isTable) ? "fma" : "mma";
}

const sizeOfExtent = ({ channels, height, width }: Extent): number => sizeOf([channels, height, width]);

function isNarrow(groups: number, x: Extent, y: Extent): boolean {
  return groups > 1 && Math.min(x.channels, y.channels) / groups < narrowest;
}

function direct(kernel: string, groups: number, x: Extent, width: number): Choice {
  const pixels = Math.min(strip, width);
  const reason = `groups of ${x.channels / groups} channels: a thread for ${pixels} columns of a channel, multiplied exactly`;
  return { kernel, lanes: 1, tile: { pixels, vectors: 1 }, reason };
}

function product(kernel: string, sizes: Sizes, by: Arithmetic): Choice {
  const block = chooseBlock(sizes, by, (count) => Math.ceil(count / multiprocessors));
  return { kernel, lanes: 1, tile: one, block, reason: describe(block, by) };
}

/** A sum over so many terms, in as many parts as keep a device busy: so tiles need not be many. */
function productOfParts(kernel: string, sizes: Sizes, terms: number, by: Arithmetic): Choice {
  const block = chooseBlock(sizes, by, (count) => count);
  const wanted = Math.floor((2 * multiprocessors) / countOf(block, sizes));
  const parts = atMost(mostParts, Math.min(wanted, Math.floor(terms / termsOfPart)));
  const reason = `${describe(block, by)}; ${parts === 1 ? "the whole sum" : `${parts} parts of the sum`}`;
  return { kernel, lanes: 1, tile: one, block, parts, reason };
}

/** The power of two below both, at least 1. */
function atMost(limit: number, wanted: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(limit, wanted))));
}

const countOf = ({ rows, columns }: Pick<BlockTile, "rows" | "columns">, sizes: Sizes): number =>
  Math.ceil(sizes.rows / rows) * Math.ceil(sizes.columns / columns) * sizes.slices;

/** The tile that takes the least time, of equals the largest; `rounds` tells how often a device full of tiles must be computed. */
function chooseBlock(sizes: Sizes, by: Arithmetic, rounds: (count: number) => number): BlockTile {
  const time = ({ tile, speed }: (typeof tiles)[number]): number =>
    (rounds(countOf(tile, sizes)) * tile.rows * tile.columns) / speed;
  const [best] = [...tiles].sort((a, b) => time(a) - time(b)) as [(typeof tiles)[number]];
  // 64 bytes of a row.
  const depth = by.precision === "f32" || by.precision === "tf32" ? 16 : 32;
  return { ...best.tile, depth, unit: by.unit };
}

function describe({ rows, columns, depth, warps, unit }: BlockTile, { precision }: Arithmetic): string {
  const how = unit === "fma" ? "multiplied exactly" : `${precision} tensor cores`;
  return `implicit GEMM: ${rows}×${columns} results by ${warps[0] * warps[1]} warps, ${depth} terms at a time, ${how}`;
}
