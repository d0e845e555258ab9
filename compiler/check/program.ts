import type { Span } from "../../grammar/index.ts";
import type { Definition, Distribution, ParameterSpec, TargetInfo } from "../opkit/operator.ts";
import type { Shape, TensorType } from "../shape/tensor-type.ts";
import type { BlockUse } from "./values.ts";

/** A model whose names, types and shapes are right: what the checker hands to `lower`. */
export interface CheckedModel {
  readonly name: string;
  readonly doc?: string;
  readonly inputs: readonly CheckedInput[];
  /** In order of use: operands come first. */
  readonly layers: readonly Layer[];
  readonly outputs: readonly CheckedOutput[];
  readonly train?: CheckedTrain;
  readonly budget: CheckedBudget;
  /** Where the model's name stands. */
  readonly span: Span;
}

/** Limits that the model sets itself. `params` and `macs` hold already; `arena` is for the back end (`checkArena`). */
export type CheckedBudget = { readonly [Name in LimitName]?: CheckedLimit };

export type LimitName = "params" | "macs" | "arena";

export interface CheckedLimit {
  readonly operator: "<" | "<=";
  /** Numbers, or bytes for `arena`. */
  readonly value: number;
  /** `< 256KiB`, as written. */
  readonly text: string;
  readonly span: Span;
}

export interface CheckedInput {
  readonly name: string;
  readonly type: TensorType;
  readonly doc?: string;
  readonly span: Span;
}

/** One use of an operator. */
export interface Layer {
  /** Stable: `logits.conv1`; the value it computes carries the same name. */
  readonly name: string;
  readonly operator: Extract<Definition, { kind: "operator" }>;
  /** Evaluated, with defaults filled in. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Names of layers or inputs. */
  readonly operands: readonly string[];
  /** Which of the operator's several results; 0 where it has one. */
  readonly part: number;
  readonly type: TensorType;
  /** Uses of one `shared` layer name the same parameters : see `parametersOf`. */
  readonly parameters: readonly CheckedParameter[];
  /** The innermost use of a block, or round of a `repeat`, that it is part of. */
  readonly enclosure?: Enclosure | undefined;
  /** The call in the source. */
  readonly span: Span;
  /** The use of a block that it is part of. */
  readonly use?: BlockUse | undefined;
}

/** What layers stand in: one object for all layers of one use, or of one round. */
export type Enclosure = {
  /** `features.Residual1.0`, `features.repeat.0`; a block's is what the names of its layers start with. */
  readonly name: string;
  readonly outer: Enclosure | undefined;
} & ({ readonly kind: "block"; readonly block: string } | { readonly kind: "round" });

export interface CheckedParameter {
  /** `logits.conv1.weight` */
  readonly name: string;
  readonly spec: ParameterSpec;
  readonly initializer: Distribution;
}

export interface CheckedOutput extends TargetInfo {
  readonly name: string;
  readonly labels?: readonly string[];
  /** The layer or input whose value it is. */
  readonly value: string;
  readonly shape: Shape;
  readonly doc?: string;
  readonly span: Span;
}

export interface CheckedTrain {
  readonly loss: LossExpression;
  /** The loss in the source. */
  readonly span: Span;
  readonly optimizer: Use<"optimizer">;
  readonly schedule: Use<"schedule">;
  readonly clip: Use<"clip"> | "none";
  /** By name of a parameter the factor of its learning rate; 0: it is frozen. Without an entry it is 1. */
  readonly rates: ReadonlyMap<string, number>;
  /** The share of the average of the weights that a step keeps. */
  readonly ema: number | "none";
  readonly batch: number;
  /** Parts that a step takes the batch in, one after the other: their gradients are added up. */
  readonly accumulate: number;
  /** `low`: values are computed a second time rather than kept for gradients. */
  readonly memory: "normal" | "low";
  readonly epochs: number;
  readonly augments: readonly CheckedAugment[];
}

/** How the pictures of one input are varied. */
export interface CheckedAugment {
  readonly input: string;
  /** In the order in which they act on the picture. */
  readonly links: readonly AugmentationUse[];
  readonly span: Span;
}

export interface AugmentationUse extends Use<"augmentation"> {
  /** Stable, like a layer's: `image.augment.rotate1`. Its random numbers are drawn by it. */
  readonly name: string;
}

export interface Use<K extends Definition["kind"]> {
  readonly definition: Extract<Definition, { kind: K }>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly span: Span;
}

/** The arithmetic of a loss: `binary_cross_entropy(a, b) + 0.5 * dice(a, b)`. */
export type LossExpression =
  | { readonly kind: "constant"; readonly value: number }
  | (Use<"loss"> & { readonly kind: "loss"; readonly prediction: string; readonly target: string })
  | {
      readonly kind: "binary";
      readonly operator: "+" | "-" | "*" | "/";
      readonly left: LossExpression;
      readonly right: LossExpression;
    };
