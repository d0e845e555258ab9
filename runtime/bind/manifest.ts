/** What a build tells about a model: written by the compiler into `manifest.json`, read by wrappers and programs. */

/** Micro-architecture levels of the x86-64 psABI, and 64-bit ARM. */
export type Cpu = "x86-64-v4" | "x86-64-v3" | "x86-64" | "aarch64";

/** What an addon's code is for: a level of processors, or CUDA devices with a precision of products. */
export type Level = Cpu | "cuda-f32" | "cuda-tf32" | "cuda-f16" | "cuda-bf16";

/** How one parameter's first values are drawn; of a matrix, the row `zeroRow` is 0. */
export type Initializer = (
  | { readonly kind: "normal"; readonly std: number }
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "constant"; readonly value: number }
  /** As a matrix [out, rest] with orthonormal rows, or columns where there are fewer of these. */
  | { readonly kind: "orthogonal" }
  /** The same, then divided so that the layer's values vary by 1 over the first batch of training. */
  | { readonly kind: "lsuv" }
) & { readonly zeroRow?: number };

export interface InputManifest {
  readonly name: string;
  readonly dtype: "u8" | "f32" | "tokens";
  /** C,H,W (or fewer), without the batch. */
  readonly shape: readonly number[];
  /** Of tokens: they are from 0 to below - 1. */
  readonly below?: number;
  /** Of a signal whose frequencies are computed: samples a second. */
  readonly rate?: number;
  readonly doc?: string;
}

export interface OutputManifest {
  readonly name: string;
  /** "class": probabilities over labels; "labels", "mask": a probability for each label or pixel; "tensor": plain numbers. */
  readonly kind: "class" | "labels" | "mask" | "tensor";
  readonly shape: readonly number[];
  readonly labels?: readonly string[];
  readonly doc?: string;
}

export interface ParameterManifest {
  readonly name: string;
  /** Row-major, PyTorch's order: conv [out, in/groups, kh, kw], dense [out, in]. */
  readonly shape: readonly number[];
  readonly initializer: Initializer;
}

export interface TrainManifest {
  /** Outputs that need a target in a step. */
  readonly targets: readonly string[];
  readonly batch: number;
  /** Parts that a step takes its batch in; absent where it takes it as a whole. */
  readonly accumulate?: number;
  readonly epochs: number;
  /** For display: `sgd(lr=0.05, momentum=0.9)`. The code itself is compiled in. */
  readonly optimizer: string;
  readonly schedule: string;
  /** How gradients are clipped, `norm(max=1)`; absent where they are not. */
  readonly clip?: string;
  /** The share that the average of the weights keeps in a step; absent where there is no average. */
  readonly ema?: number;
  /** Names of the optimiser's per-parameter state, e.g. ["velocity"]. */
  readonly state: readonly string[];
  /** Layers whose units are watched, in the addon's order: a unit is a channel of a rectified layer. */
  readonly rectified: readonly { readonly layer: string; readonly units: number }[];
  /** Layers whose weights are divided at first, from the inputs on, each with the name of its weight; absent where there are none. */
  readonly scaled?: readonly { readonly layer: string; readonly weight: string }[];
  /** Names of what a step returns besides the loss, e.g. ["clothing.accuracy"]. */
  readonly metrics: readonly string[];
}

export interface Manifest {
  readonly format: 1;
  readonly compiler: string;
  readonly model: string;
  readonly doc?: string;
  readonly source: { readonly file: string; readonly hash: string };
  /** Hash of source and compiler; the addon carries the same. */
  readonly hash: string;
  /** The levels of processors that it was built for, the best first; or the one level of CUDA devices. */
  readonly cpus: readonly Level[];
  readonly addon: string;
  readonly inputs: readonly InputManifest[];
  readonly outputs: readonly OutputManifest[];
  readonly parameters: readonly ParameterManifest[];
  readonly train?: TrainManifest;
}
