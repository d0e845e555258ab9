import type { AffineMap } from "../ir/affine-map.ts";
import type { Builder } from "../ir/builder.ts";
import type { PixelLeaves } from "../ir/augmenting.ts";
import type { Expression } from "../ir/expression.ts";
import type { ValueId } from "../ir/graph.ts";
import type { Shape, TensorType } from "../shape/tensor-type.ts";
import type { Attributes, Values } from "./attributes.ts";
import type { OperatorDiagnostics } from "./diagnostics.ts";
import type { OnnxContext, OnnxName } from "./onnx.ts";
import type { Tensor } from "./tensor.ts";

/** What every word of the language has: an operator, a loss, an optimiser, a schedule, an initialiser or an augmentation. */
interface Word<A extends Attributes> {
  readonly name: string;
  /** One line, for completion and tables. */
  readonly summary: string;
  /** Markdown for the page: the formula, shapes, and the source (paper, spec) of the definition. */
  readonly doc: string;
  /** In positional order. */
  readonly attributes: A;
}

/** A learned tensor. Row-major, PyTorch's order: conv [out, in/groups, kh, kw], dense [out, in]. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  /** `weight`: drawn by the layer's initialiser from its fans; the others always start as they say. */
  readonly initial:
    | {
        readonly kind: "weight";
        readonly fanIn: number;
        readonly fanOut: number;
        /** A row that starts as 0. */
        readonly zeroRow?: number;
      }
    | { readonly kind: "zeros" | "ones" }
    | { readonly kind: "constant"; readonly value: number };
  /** false: training moves it (running statistics), but not by a gradient. */
  readonly trained?: false;
}

/** What would mend a use, in the operator's terms. */
export interface Mend {
  readonly help?: string | undefined;
  /** A link that is missing in front of the operator, or behind the operand that is written as an argument. */
  readonly before?: string;
  /** Ways to write an argument: the one at fault, or the one that `argument` names. */
  readonly write?: readonly { readonly title: string; readonly text: string }[];
  readonly argument?: string;
  /** What is right as it stands would compute something else: the author decides. Warnings are of that kind. */
  readonly changes?: boolean;
}

export interface ShapeContext<A extends Attributes> {
  readonly operands: readonly TensorType[];
  readonly attributes: Values<A>;
  /** Which of the operator's parts; 0 where it has one result. */
  readonly part: number;
  /** Ends the check of this use with an error; `at` names the operand or attribute to point at. */
  readonly fail: <C extends keyof OperatorDiagnostics>(
    code: C,
    holes: OperatorDiagnostics[C],
    at?: string,
    mend?: Mend,
  ) => never;
  readonly warn: <C extends keyof OperatorDiagnostics>(
    code: C,
    holes: OperatorDiagnostics[C],
    at?: string,
    mend?: Mend,
  ) => void;
}

export interface LowerContext<A extends Attributes> {
  /** Builds nodes named after the layer. */
  readonly b: Builder;
  readonly operands: readonly ValueId[];
  /** As declared: bytes of an input are f32 by the time an operator's nodes see them. */
  readonly types: readonly TensorType[];
  readonly attributes: Values<A>;
  readonly part: number;
  /** In the order of `parameters`. */
  readonly parameters: readonly ValueId[];
  /** Dropout and batch normalisation act differently while training. */
  readonly training: boolean;
}

export interface ReferenceContext<A extends Attributes> {
  /** With the batch as first dimension. */
  readonly operands: readonly Tensor[];
  readonly parameters: readonly Tensor[];
  readonly attributes: Values<A>;
  readonly part: number;
}

export interface Activation {
  /** What suits the layer before it. */
  readonly initializer: "he" | "xavier";
  /** Zero for half of all inputs: a unit whose input is never positive is dead, and training watches for it. */
  readonly rectifies?: true;
}

/** What makes a value have mean 0 and variance 1. */
export interface Standardisation {
  /** Of the batch, and in inference those that training collected; or of each sample by itself. */
  readonly moments: "batch" | "sample";
  /** Each channel has a mean of its own, so a number that is added to all of a channel has no influence. */
  readonly perChannel: boolean;
}

/** What an operator is for, as pictures of networks colour it. */
export type Category =
  /** Makes numbers of tokens. */
  | "embedding"
  | "convolution"
  /** Frequencies of a signal. */
  | "spectrum"
  | "dense"
  | "normalisation"
  | "activation"
  | "pooling"
  /** Joins several values. */
  | "join"
  | "dropout"
  /** Moves or resizes, and computes nothing new. */
  | "shape";

/** One use that tests run: the text of the link, the operand's type, the batch. */
export interface Sample {
  readonly link: string;
  readonly input: Shape;
  readonly batch: number;
  /** u8 operands (pictures), or tokens; default f32. */
  readonly dtype?: "u8" | "f32" | "tokens";
  /** Of tokens: how many there are. */
  readonly below?: number;
  /** The smallest distance of an input from 0, where the operator has a kink there. */
  readonly awayFromZero?: number;
}

export interface Operator<A extends Attributes = Attributes> extends Word<A> {
  readonly kind: "operator";
  readonly category: Category;
  readonly operands: readonly string[];
  /** Any number of values may follow the declared operands; all arguments by place are values then. */
  readonly variadic?: true;
  /** How many results there are, where there may be several: `part0`, `part1`, …, each of them a layer. */
  readonly parts?: (attributes: Values<A>) => number;
  readonly parameters?: (c: Pick<ShapeContext<A>, "operands" | "attributes">) => readonly ParameterSpec[];
  readonly shape: (c: ShapeContext<A>) => TensorType;
  /** In terms of kernel families; their adjoints (and the steps' own gradients) give the operator's gradient. */
  readonly lower: (c: LowerContext<A>) => ValueId;
  /** The same in inference as nodes of ONNX, and which value is the result; `cnnc export` writes them. */
  readonly onnx: (c: OnnxContext<A>) => OnnxName;
  readonly macs?: (c: Pick<ShapeContext<A>, "operands" | "attributes">) => number;
  /** Samples a second of the signal that it takes: what files must have. */
  readonly rate?: (attributes: Values<A>) => number;
  /** A nonlinearity. */
  readonly activation?: Activation;
  /** Brings values to mean 0 and variance 1, the shape stays. */
  readonly standardises?: (c: Pick<ShapeContext<A>, "operands" | "attributes">) => Standardisation;
  /**
   * The result is probabilities: `true`, over channels (softmax), is what a class output needs; `"each"`, every
   * element by itself (sigmoid), is what labels and masks need.
   */
  readonly probabilities?: true | "each";
  /** Draws random numbers while training: finite differences of the reference say nothing about its gradient. */
  readonly stochastic?: true;
  /** Naive, in float64, inference. */
  readonly reference: (c: ReferenceContext<A>) => Tensor;
  /** What differs while training, for the check of gradients. */
  readonly trainingReference?: (c: ReferenceContext<A>) => Tensor;
  readonly samples: readonly Sample[];
}

/** What operand `i` is called where one is blamed: as declared, and by its number behind those of a variadic operator. */
export function operandName({ operands }: Pick<Operator, "operands">, i: number): string {
  return operands[i] ?? String(i + 1);
}

/** An output as a loss sees it. */
export interface TargetInfo {
  /** `class`: one of them. `labels`: each of them or not. `mask`: each pixel or not. */
  readonly kind: "class" | "labels" | "mask" | "tensor";
  readonly shape: Shape;
  /** How many, of a class output and of labels. */
  readonly classes?: number;
}

export interface Loss<A extends Attributes = Attributes> extends Word<A> {
  readonly kind: "loss";
  readonly check: (
    c: Omit<ShapeContext<A>, "operands" | "part"> & { readonly prediction: TensorType; readonly target: TargetInfo },
  ) => void;
  /** One number per sample. */
  readonly lower: (c: {
    readonly b: Builder;
    readonly prediction: ValueId;
    readonly target: ValueId;
    readonly attributes: Values<A>;
  }) => ValueId;
  /** Of one sample; the target in the caller's form (a class index). */
  readonly reference: (c: {
    readonly prediction: Tensor;
    readonly target: ArrayLike<number>;
    readonly attributes: Values<A>;
  }) => number;
}

export interface Optimizer<A extends Attributes = Attributes> extends Word<A> {
  readonly kind: "optimizer";
  /** Names of the state kept per parameter. */
  readonly slots: (attributes: Values<A>) => readonly string[];
  /** Assignments, in order, to slots and `weight`, from `weight`, `gradient`, slots (by `e.value`) and the learning rate. */
  readonly update: (attributes: Values<A>) => readonly { readonly value: string; readonly expression: Expression }[];
}

export interface Schedule<A extends Attributes = Attributes> extends Word<A> {
  readonly kind: "schedule";
  /** Learning rate from the optimiser's `lr` and the scalars `step` (from 0) and `total_steps`. */
  readonly rate: (lr: number, attributes: Values<A>) => Expression;
}

export interface Clip<A extends Attributes = Attributes> extends Word<A> {
  readonly kind: "clip";
  /** What the optimiser sees of a gradient, by the gradient and the scalar `gradient_norm`. */
  readonly clip: (gradient: Expression, attributes: Values<A>) => Expression;
}

/** The distribution a weight's first values are drawn from; of a matrix, one row may start as 0 instead. */
export type Distribution = (
  | { readonly kind: "normal"; readonly std: number }
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "constant"; readonly value: number }
  /** The matrix [out, rest] has orthonormal rows, or columns where there are fewer of these. */
  | { readonly kind: "orthogonal" }
  /** The same, then divided so that the layer's values vary by 1 over the first batch of training. */
  | { readonly kind: "lsuv" }
) & { readonly zeroRow?: number };

export interface InitializerWord<A extends Attributes = Attributes> extends Word<A> {
  readonly kind: "initializer";
  readonly draw: (fans: { readonly fanIn: number; readonly fanOut: number }) => Distribution;
}

interface AugmentationContext<A extends Attributes> {
  /** In the order of their names. */
  readonly draws: readonly Expression[];
  readonly attributes: Values<A>;
  readonly height: number;
  readonly width: number;
}

/**
 * A random change of the pictures of an input, drawn anew for each sample of each training step: a map of their places
 * (`source`), which masks follow, or a change of what stands there (`colour`).
 */
export interface Augmentation<A extends Attributes = Attributes> extends Word<A> {
  readonly kind: "augmentation";
  /** Names of its random numbers, each uniform in [0, 1). */
  readonly draws: readonly string[];
  /** Where a point of the result comes from. */
  readonly source?: (c: AugmentationContext<A>) => AffineMap;
  /** What a number becomes; `white` is 255 for bytes, which stay within 0 … 255, and 1 for numbers. */
  readonly colour?: (c: AugmentationContext<A> & { readonly pixel: PixelLeaves; readonly white: number }) => Expression;
  /** How many channels the picture must have, where not any number will do. */
  readonly channels?: number;
}

export type Definition = Operator | Loss | Optimizer | Schedule | Clip | InitializerWord | Augmentation;

/** Types a definition's attributes, then forgets them: the registry holds words of any attributes. */
function define<D extends Definition, K extends D["kind"]>(kind: K) {
  return <const A extends Attributes>(
    definition: Omit<Extract<Of<A>, { kind: K }>, "kind">,
  ): Extract<Definition, { kind: K }> => ({ kind, ...definition }) as unknown as Extract<Definition, { kind: K }>;
}
type Of<A extends Attributes> =
  Operator<A> | Loss<A> | Optimizer<A> | Schedule<A> | Clip<A> | InitializerWord<A> | Augmentation<A>;

export const defineOperator = define<Operator, "operator">("operator");
export const defineLoss = define<Loss, "loss">("loss");
export const defineOptimizer = define<Optimizer, "optimizer">("optimizer");
export const defineSchedule = define<Schedule, "schedule">("schedule");
export const defineClip = define<Clip, "clip">("clip");
export const defineInitializer = define<InitializerWord, "initializer">("initializer");
export const defineAugmentation = define<Augmentation, "augmentation">("augmentation");
