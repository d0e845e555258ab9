import type { Graph, ValueId } from "./graph.ts";
import type { TunedLayers } from "./tuning.ts";

/** Instruction sets, as kernels name them. */
export type Isa = "avx512" | "avx2" | "scalar" | "neon";

/** As Node names them. */
export type Architecture = "x64" | "arm64";

/** As users name them: micro-architecture levels of the x86-64 psABI, and 64-bit ARM. */
export type Cpu = "x86-64-v4" | "x86-64-v3" | "x86-64" | "aarch64";

/**
 * In what a CUDA device multiplies, adding up in f32: `f32` exactly; `tf32` with 10 bits of fraction; `f16` and `bf16`, in which
 * activations are stored too.
 */
export type Precision = "f32" | "tf32" | "f16" | "bf16";

/** What code is made for: the numbers that choices need. */
export type Target = CpuTarget | CudaTarget;

interface TargetTraits {
  /** What users name it. */
  readonly level: Cpu | `cuda-${Precision}`;
  /** Vector widths in floats that kernels can use, widest first. */
  readonly lanes: readonly number[];
  /** Whether a convolution reads zeros beside its operand from memory. */
  readonly halo: boolean;
  /** Whether a pooling can follow a convolution whose rows it has. */
  readonly pools: boolean;
}

export interface CpuTarget extends TargetTraits {
  readonly device: "cpu";
  readonly name: Isa;
  readonly level: Cpu;
  readonly architecture: Architecture;
  /** Values that a tile may keep: vector registers; for scalars more, since compilers make vectors of them. */
  readonly registers: number;
  /** The most vectors side by side in a tile. */
  readonly vectors: number;
  /** What was measured on a machine of this kind, by shape of layer. */
  readonly tuned?: TunedLayers | undefined;
}

export interface CudaTarget extends TargetTraits {
  readonly device: "cuda";
  readonly name: "cuda";
  readonly precision: Precision;
}

export interface Tile {
  readonly pixels: number;
  readonly vectors: number;
}

/** A convolution of stride 1 in tiles of rows × columns of results, from products of transformed tiles and weights. */
export interface Winograd {
  readonly results: readonly [rows: number, columns: number];
  /** Products for a tile and a pair of channels: (rows + kernel rows - 1) · (columns + kernel columns - 1). */
  readonly points: number;
  /** Whether the tiles of a whole picture are transformed before weights are read, block by block. */
  readonly whole: boolean;
  /** Rows of tiles, or whole pictures, that are multiplied together. */
  readonly group: number;
}

/**
 * The gradient of such a convolution to its weights: in tiles of rows × columns of dy, `group` of them at a time, for a block of so many
 * input channels and vectors of outputs.
 */
export interface WinogradWeights {
  readonly results: readonly [rows: number, columns: number];
  readonly points: number;
  readonly group: number;
  readonly channels: number;
  readonly vectors: number;
}

/**
 * The gradient to the input of a convolution that a maximum pools: in sums of vectors of so many lanes, of all numbers of a window
 * `together` or of each by itself.
 */
export interface Patches {
  readonly lanes: number;
  readonly together: boolean;
  /** Floats of the copy of the weights, and of the picture in the memory of a thread. */
  readonly copy: number;
  readonly picture: number;
}

/** What a block of a CUDA device computes at a time: `rows` × `columns` results over `depth` terms, by `warps` rows of warps × columns of them. */
export interface BlockTile {
  /** What multiplies: exactly in f32, or the tensor cores in the target's precision. */
  readonly unit: "fma" | "mma";
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly warps: readonly [number, number];
}

/** How one node is computed. */
export interface Choice {
  /** The kernel template's name. */
  readonly kernel: string;
  /** Floats in a vector: of output channels, or, with `columns`, of one channel's pixels in a row. */
  readonly lanes: number;
  readonly columns?: true;
  readonly tile?: Tile;
  readonly winograd?: Winograd;
  readonly adjoint?: WinogradWeights;
  readonly patches?: Patches;
  /** Of a kernel that reads a copy of its weights: how the convolution is computed whose weights it copies. */
  readonly forward?: Choice;
  /** Parts of the batch that a sum over samples is cut into; they are added in order. */
  readonly parts?: number;
  /** Of the gradient of weights: these move as soon as it is known, and it is stored only where somebody wants it. */
  readonly moves?: true;
  /** Of a product on a CUDA device. */
  readonly block?: BlockTile;
  readonly reason: string;
}

/** How a value lies in memory. */
export type Layout =
  /** Caller's memory, strides given with the call. */
  | { readonly kind: "external" }
  /** [h][left + width + right][pixel] per sample; columns of the halo are zero. */
  | {
      readonly kind: "image";
      readonly pixel: number;
      readonly left: number;
      readonly right: number;
      /** The value that holds this one, from one of its channels on: an operand of a concatenation that is not copied. */
      readonly within?: { readonly value: ValueId; readonly channel: number };
      /** The value in whose memory, place by place, this one lies, which is not read any more when it comes. */
      readonly over?: ValueId;
      /** Where numbers are not stored in the value's own type. */
      readonly element?: "f16" | "bf16";
    }
  /** One number per sample, side by side. */
  | { readonly kind: "scalars" }
  /** Not per sample: a parameter, its gradient or a mean. */
  | { readonly kind: "once" };

/** How a parameter lies in the parameter block, or a constant in that of constants. A bijection of its logical order, plus zeros. */
export interface Packing {
  readonly form: "conv" | "conv_grouped" | "dense" | "rows" | "vector";
  readonly lanes: number;
  /** Vectors in a block of output channels. */
  readonly vectors: number;
  /** In floats. */
  readonly offset: number;
  readonly size: number;
  readonly groups: number;
  /** For dense: the operand's [channels, height, width]. */
  readonly operand: readonly [number, number, number];
}

/**
 * A copy of a parameter: in the order that a gradient kernel reads; transformed; or on a CUDA device in the 16 bits that
 * products read.
 */
export interface Derived {
  /** Made by `prepare`, once after parameters have changed; else anew in each call. */
  readonly prepared: boolean;
  /** The nodes that read it. */
  readonly nodes: readonly number[];
  readonly parameter: ValueId;
  readonly lanes: number;
  readonly vectors: number;
  /** In floats. */
  readonly size: number;
}

/** Nodes that run one after the other for each unit of work; between stages all threads meet. */
export interface Stage {
  readonly nodes: readonly number[];
  readonly units: Units;
}

/** Bands of about so many rows, in whole steps of rows: as many bands for each thread. */
export interface Bands {
  readonly rows: number;
  readonly step: number;
}

export type Units =
  /**
   * Groups of `samples` samples; each goes through all nodes of the stage. A batch that is one group would be one thread's work: where
   * there is much of it, nodes run one by one instead, in bands (of `apart`; of 0 rows: by samples).
   */
  | { readonly by: "samples"; readonly samples: number; readonly apart?: readonly Bands[] }
  /** One sample and one band of rows. */
  | ({ readonly by: "bands" } & Bands)
  /** Transformed tiles, by rows of them, `down` in a sample; then blocks of channels for groups of samples. */
  | { readonly by: "tiles"; readonly down: number; readonly blocks: number; readonly samples: number }
  /** Blocks of channels, or of values of a dense layer, for groups of samples; a few blocks may be cut by their `rows`. */
  | { readonly by: "blocks"; readonly blocks: number; readonly samples: number; readonly rows: number }
  /** Values of parameters alone: computed by `prepare`, when parameters have changed. */
  | { readonly by: "preparation" }
  /** Sums over the batch: each node's tiles and parts, or ranges of `floats`, all nodes beside each other. */
  | { readonly by: "sums"; readonly floats: number }
  /** Ranges of `floats` of the parameter block. */
  | { readonly by: "ranges"; readonly floats: number };

/** Where values live: sample n of a value is at arena + once + arrays of N floats + n·slice + offset, in bytes. */
export interface Arena {
  /** Bytes before the slices that do not depend on the batch. */
  readonly once: number;
  /** Values with one number per sample; each an array of N floats. */
  readonly scalars: readonly ValueId[];
  /** Bytes of one sample's slice. */
  readonly slice: number;
  readonly offsets: ReadonlyMap<ValueId, Place>;
  /** Transformed tiles of a sample, by node, while it is computed. */
  readonly tiles: ReadonlyMap<number, Place>;
  /** Bytes that kernels work in, for each thread. */
  readonly scratch: number;
  /** What the host allocates: a + b·N bytes. Vectors may read a little past the end. */
  readonly bytesOnce: number;
  readonly bytesPerSample: number;
  /** Partial sums (by node) and derived weights (by node), kept once; copies of a call lie where those of the group before were. */
  readonly partials: ReadonlyMap<number, Partials>;
  readonly derived: ReadonlyMap<number, number>;
  readonly copies: readonly Copies[];
  /** Values kept once for the whole batch (statistics), and in the memory that `prepare` fills. */
  readonly statistics: ReadonlyMap<ValueId, number>;
  readonly prepared: ReadonlyMap<ValueId, number>;
  readonly preparedBytes: number;
  /** Bytes per channel of watched layers, in a block that the host keeps: where each layer's start, and how many there are. */
  readonly activity: ReadonlyMap<ValueId, number>;
  readonly activityBytes: number;
  /** The slice's size if every value had memory of its own. */
  readonly withoutReuse: number;
}

/**
 * Parts of a sum over the batch, or over the parameter block: bytes from the start of the arena, and from one part to
 * the next.
 */
export interface Partials {
  readonly offset: number;
  readonly stride: number;
}

/** Copies of weights that a call makes together, in front of a stage: where each node's is, from the start of the place they share. */
export interface Copies {
  readonly before: number;
  readonly bytes: number;
  readonly offsets: ReadonlyMap<number, number>;
}

/** In a sample's slice. */
export interface Place {
  readonly offset: number;
  readonly bytes: number;
}

/** What the passes hand on: the graph, then, pass by pass, the decisions about it. */
export interface State {
  readonly target: Target;
  readonly graph: Graph;
  /** Values that are computed a second time. */
  readonly repeated?: readonly ValueId[];
  readonly choices?: readonly Choice[];
  readonly layouts?: ReadonlyMap<ValueId, Layout>;
  readonly packings?: ReadonlyMap<ValueId, Packing>;
  /** Floats in the parameter block, and in that of constants. */
  readonly block?: number;
  readonly constantBlock?: number;
  readonly derived?: readonly Derived[];
  readonly stages?: readonly Stage[];
  readonly arena?: Arena;
  /** Samples of a batch that one thread takes through the whole program; 0: batches are not taken apart. */
  readonly group?: number;
}

/** A state after all passes. */
export type Plan = Required<State>;
