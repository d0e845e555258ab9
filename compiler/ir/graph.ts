import type { Shape, TensorType } from "../shape/tensor-type.ts";
import type { Window } from "../shape/window.ts";
import type { AffineMap } from "./affine-map.ts";
import type { AxisMap } from "./axis-map.ts";
import type { Expression } from "./expression.ts";
import type { Reordering, Triple } from "./factors.ts";

/** Readable and unique: `logits.conv1`, `logits.conv1.weight`, `logits.conv1.gradient`. Emitted names come from it. */
export type ValueId = string;

/**
 * Which of the programs that a build emits. `gradient` exists for tests: gradients of the objective, no update. `measure`
 * tells how much values vary over a batch, for first weights that are scaled by it.
 */
export type ProgramName = "infer" | "step" | "gradient" | "measure";

export interface Value {
  readonly id: ValueId;
  readonly type: TensorType;
  /** One per sample; parameters and their gradients are not. */
  readonly batched: boolean;
  /**
   * A buffer is kept with the parameters, but training moves it without a gradient: running statistics. A constant is what
   * `elements` says, for good.
   */
  readonly role: "input" | "target" | "parameter" | "buffer" | "constant" | "computed";
  /** Of a constant: each element by its `index` along the axes, computed in double. */
  readonly elements?: Expression;
}

/** Where a node comes from, for comments, `explain` and errors of the native compiler. */
export interface Origin {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The source text, on one line. */
  readonly text: string;
}

/** One pointwise operation on the elements that a node produces: `value = expression`. */
export interface Step {
  readonly value: ValueId;
  readonly expression: Expression;
  /** Per operand, its gradient in terms of operands, the result and `gradient`; gone after `differentiate`. */
  readonly gradients?: Readonly<Record<ValueId, Expression>>;
}

/** What a picture is taken to be beyond its edges: 0, or the nearest pixel. */
export type Fill = "zero" | "edge";

export type Pooling = "max" | "sum" | "average" | "average_with_pad";

/**
 * The loop nest of a node: what is computed before the pointwise steps. Operands are in `Node.inputs`.
 * x is an activation, w a weight, d… the gradient that arrives at …
 */
export type Core =
  /** Nothing: the steps alone. */
  | { readonly family: "map" }
  /** y[n,k,p,q] = Σ_{c,r,s} x[n,c,p·sh+r·dh-ph,q·sw+s·dw-pw]·w[k,c,r,s]; inputs x, w [K, C/groups, kh, kw]. */
  | { readonly family: "conv"; readonly window: Window; readonly groups: number }
  /** Gradient to x, and transposed convolution: dx[n,c,h,w] = Σ_{k,r,s,p,q: p·sh+r·dh-ph=h, q·sw+s·dw-pw=w} dy[n,k,p,q]·w[k,c,r,s]; inputs dy, w. */
  | { readonly family: "conv_data_grad"; readonly window: Window; readonly groups: number }
  /** Gradient to w; inputs x, dy. */
  | { readonly family: "conv_weight_grad"; readonly window: Window; readonly groups: number }
  /**
   * Gradient to x where dy is pool_grad of a maximum over `pooled` windows: zero but where the index points. Inputs the pooled gradient,
   * w, the index.
   */
  | { readonly family: "conv_max_data_grad"; readonly window: Window; readonly pooled: Window }
  /** Gradient to w for such a dy; inputs x, the pooled gradient, the index. */
  | { readonly family: "conv_max_weight_grad"; readonly window: Window; readonly pooled: Window }
  /** y[n,k] = Σ_i x[n,i]·w[k,i], i over x in C,H,W order; inputs x, w [K, size(x)]. */
  | { readonly family: "dense" }
  | { readonly family: "dense_data_grad" }
  | { readonly family: "dense_weight_grad" }
  /** Input x. `index`: also keep which tap of each window was largest. */
  | { readonly family: "pool"; readonly pooling: Pooling; readonly window: Window; readonly index?: ValueId }
  /** Inputs dy and, for a maximum, the index. */
  | { readonly family: "pool_grad"; readonly pooling: Pooling; readonly window: Window }
  /** The channels of all inputs, one input after the other. */
  | { readonly family: "concat" }
  /**
   * y[c,p,q] = Σ_{i,j,k} A[c,i]·B[p,j]·D[q,k]·x[i,j,k], a sparse matrix for each axis, or its transpose: of x with as many
   * channels, rows and columns as the result, `size`. An element that reads nothing is `fill`; input x.
   */
  | {
      readonly family: "resample";
      readonly axes: Triple<AxisMap>;
      readonly size: Triple<number>;
      readonly fill: number;
      readonly transposed: boolean;
    }
  /** The same numbers at other places: factors of the axes change their order; input x. */
  | ({ readonly family: "permute" } & Reordering)
  /** Normalisation by the batch's statistics, before `expand`; inputs x, gamma, beta, running mean, running variance. */
  | {
      readonly family: "batch_norm";
      readonly momentum: number;
      readonly eps: number;
      readonly mean: ValueId;
      readonly invStd: ValueId;
    }
  /** Mean (the result) and 1/√(variance + eps) per channel; inputs x and the running values, which move. */
  | { readonly family: "batch_moments"; readonly momentum: number; readonly eps: number; readonly invStd: ValueId }
  /** Σ dy (the result) and Σ dy·(x - mean)·invStd per channel; inputs dy, x, mean, invStd. */
  | { readonly family: "batch_norm_sums"; readonly scaled: ValueId }
  /** y[n,c,l] = w[t[n,l],c]; inputs t (tokens), w [vocabulary, C]. The row of `padding` gets no gradient. */
  | { readonly family: "embedding"; readonly padding?: number }
  /** dw[v,c] = Σ_{n,l: t[n,l] = v} dy[n,c,l], 0 for v = padding; inputs t, dy. */
  | { readonly family: "embedding_weight_grad"; readonly padding?: number }
  /**
   * (x - mean)/√(variance + eps) by the moments of a group of channels over all positions of a sample; input x.
   * `scale`: also keep 1/√(variance + eps), per channel.
   */
  | { readonly family: "group_norm"; readonly groups: number; readonly eps: number; readonly scale?: ValueId }
  /** Inputs y, dy, scale. */
  | { readonly family: "group_norm_grad"; readonly groups: number }
  /** The same by the moments of all channels at each position; the scale is per position. */
  | { readonly family: "channel_norm"; readonly eps: number; readonly scale?: ValueId }
  /** Inputs y, dy, scale. */
  | { readonly family: "channel_norm_grad" }
  /** y[c] = Σ x[c + j] over j of -before … after and channels that there are; input x. */
  | { readonly family: "channel_window"; readonly before: number; readonly after: number }
  /** Over channels; `log` gives the logarithm of the probabilities. */
  | { readonly family: "softmax"; readonly log: boolean }
  /** Inputs y, dy. */
  | { readonly family: "softmax_grad"; readonly log: boolean }
  /** Per sample: -log softmax(x)[target]; inputs x, target. */
  | { readonly family: "cross_entropy" }
  /** Inputs x, target, dloss (one per sample). */
  | { readonly family: "cross_entropy_grad" }
  /** Per sample 1 where the largest of x is the target's; inputs x, target. */
  | { readonly family: "class_hits" }
  /** Σ over samples, rows and columns, one per channel; input x. */
  | { readonly family: "channel_sum" }
  /** Σ over rows, columns and channels, one per sample; input x. */
  | { readonly family: "sample_sum" }
  /** A byte per channel: 1 once some element of x has been above 0, until the host clears it; input x. */
  | { readonly family: "activity" }
  /** Σ of the inputs: parts of a parameter's gradient, one from each of its uses. */
  | { readonly family: "gradient_total" }
  /** The same numbers in C,H,W order under another shape. */
  | { readonly family: "reshape"; readonly shape: Shape }
  /**
   * y[n,c,p] = x[n,c,m1(m2(…(p)))], bilinear between pixels; the maps draw random numbers, the same for a whole sample.
   * Input x, in the caller's memory.
   */
  | { readonly family: "affine_sample"; readonly maps: readonly AffineMap[]; readonly fill: Fill }
  /** Mean over the batch of a number per sample, in double. */
  | { readonly family: "batch_mean" }
  /**
   * The optimiser over all parameters: steps assign `weight` and each slot from `weight`, `gradient`, the slots. Where
   * `weight` is a slot, the parameters themselves are `average`, which steps assign last. `rates` are factors of the
   * learning rate, one for each parameter; where there are none all are 1. Where the batch comes in
   * `parts`, only the gradients of the last one move anything, to which those of all others are added.
   */
  | {
      readonly family: "update";
      readonly slots: readonly string[];
      readonly rates?: readonly number[];
      readonly parts?: number;
    };

export type Family = Core["family"];
export type CoreOf<F extends Family> = Extract<Core, { family: F }>;

/** A pooling fused behind a node's steps: windows over the last step's value, then steps of its own. */
export interface Tail {
  readonly core: CoreOf<"pool">;
  readonly body: readonly Step[];
}

export interface Node {
  readonly core: Core;
  readonly inputs: readonly ValueId[];
  /** At least one step; the first reads `core` (unless the family is map). */
  readonly body: readonly Step[];
  readonly tail?: Tail;
  /** The values of steps (and the tail's) that something else needs: what the kernel stores. */
  readonly outputs: readonly ValueId[];
  readonly origin: Origin;
}

export interface Graph {
  readonly program: ProgramName;
  readonly model: string;
  /** What gradients are of: the mean loss, or Σ seed·output with seeds that the caller gives. */
  readonly objective: "loss" | "outputs";
  readonly values: ReadonlyMap<ValueId, Value>;
  readonly nodes: readonly Node[];
  readonly inputs: readonly ValueId[];
  readonly targets: readonly ValueId[];
  readonly parameters: readonly ValueId[];
  readonly buffers: readonly ValueId[];
  readonly constants: readonly ValueId[];
  /** Gradients to parameters, in their order (step, gradient). */
  readonly gradients: readonly ValueId[];
  /** step: how each parameter moves. */
  readonly optimizer?: Omit<CoreOf<"update">, "family"> & {
    readonly steps: readonly { readonly value: string; readonly expression: Expression }[];
    readonly origin: Origin;
  };
  /** step: `low` where values are computed a second time rather than kept for gradients. */
  readonly memory?: "low";
  /** step: the rectified layers, for each the value that shows which units fire; behind `differentiate`, the bytes that tell. */
  readonly watched: readonly { readonly layer: string; readonly value: ValueId }[];
  /** What the program hands back: outputs of `infer`; loss and metrics of `step`. */
  readonly results: readonly { readonly name: string; readonly value: ValueId }[];
}

/** Values that a node's own kernel computes besides its first. */
export function extraResults(core: Core): readonly ValueId[] {
  if (core.family === "pool") return core.index === undefined ? [] : [core.index];
  if (core.family === "group_norm" || core.family === "channel_norm")
    return core.scale === undefined ? [] : [core.scale];
  if (core.family === "batch_norm") return [core.mean, core.invStd];
  if (core.family === "batch_moments") return [core.invStd];
  return core.family === "batch_norm_sums" ? [core.scaled] : [];
}

/** The core with other names for them. */
export function renameExtraResults<C extends Core>(core: C, now: (id: ValueId) => ValueId): C {
  if (core.family === "pool") return core.index === undefined ? core : { ...core, index: now(core.index) };
  if (core.family === "group_norm" || core.family === "channel_norm")
    return core.scale === undefined ? core : { ...core, scale: now(core.scale) };
  if (core.family === "batch_norm") return { ...core, mean: now(core.mean), invStd: now(core.invStd) };
  if (core.family === "batch_moments") return { ...core, invStd: now(core.invStd) };
  return core.family === "batch_norm_sums" ? { ...core, scaled: now(core.scaled) } : core;
}

export function valueOf(graph: Pick<Graph, "values">, id: ValueId): Value {
  const value = graph.values.get(id);
  if (!value) throw new Error(`no value ${id}`);
  return value;
}

/** The values that no node computes. */
export function leavesOf({ inputs, targets, parameters, buffers, constants }: Graph): readonly ValueId[] {
  return [...inputs, ...targets, ...parameters, ...buffers, ...constants];
}

/** The value a node is named by: its last step's (the tail's, where there is one). */
export function resultOf(node: Node): ValueId {
  const last = (node.tail?.body ?? node.body).at(-1);
  if (!last) throw new Error("a node without steps");
  return last.value;
}
