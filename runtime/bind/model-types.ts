import type { Layout } from "../tensor/layout.ts";
import type { TokenArray } from "./read-tokens.ts";
import type { ClassPredictions } from "./class-predictions.ts";

export type InputArray = Uint8Array | Float32Array | Int32Array;

/** An input: the kind of array that holds it, and the shape of one sample (C,H,W or fewer). */
export interface Input<Data extends InputArray, Shape extends readonly number[]> {
  readonly data: Data;
  readonly shape: Shape;
}

/** An output that chooses among labels. */
export interface ClassOutput<Label extends string = string> {
  readonly kind: "class";
  readonly label: Label;
}

/** An output with a number in 0..1 for each label. */
export interface LabelsOutput<Label extends string = string> {
  readonly kind: "labels";
  readonly label: Label;
}

/** An output with a number in 0..1 for every pixel. */
export interface MaskOutput<Shape extends readonly number[]> {
  readonly kind: "mask";
  readonly shape: Shape;
}

/** An output of plain numbers. */
export interface TensorOutput<Shape extends readonly number[]> {
  readonly kind: "tensor";
  readonly shape: Shape;
}

export type Output = ClassOutput | LabelsOutput | MaskOutput<readonly number[]> | TensorOutput<readonly number[]>;

/** What a generated `index.d.ts` says about its model; all other types follow from it. */
export interface ModelTypes {
  readonly inputs: Readonly<Record<string, Input<InputArray, readonly number[]>>>;
  readonly outputs: Readonly<Record<string, Output>>;
  /** Names of the outputs that training needs a target for; `never` where there is no training. */
  readonly targets: string;
  /** Names of what a training step measures besides the loss. */
  readonly metrics: string;
}

/** N·size elements, one sample after the other. */
export type InputValue<I> =
  I extends Input<infer Data, readonly number[]>
    ? Elements<Data> | { readonly data: Elements<Data>; readonly layout: Layout }
    : never;
type Elements<Data> = Data extends Uint8Array ? Data | Uint8ClampedArray : Data extends Int32Array ? TokenArray : Data;

/** One value per sample for a class (index or label), one per element for the others. */
export type TargetValue<O> =
  O extends ClassOutput<infer Label>
    ? Int32Array | Uint8Array | readonly number[] | readonly Label[]
    : Float32Array | Uint8Array;

export type OutputValue<O> = O extends ClassOutput<infer Label> ? ClassPredictions<Label> : Float32Array;

export type Inputs<M extends ModelTypes> = {
  readonly [Name in keyof M["inputs"]]: InputValue<M["inputs"][Name]>;
};

export type Targets<M extends ModelTypes> = {
  readonly [Name in M["targets"] & keyof M["outputs"]]: TargetValue<M["outputs"][Name]>;
};

/** What a training step takes: the inputs and the targets, under their names. */
export type Batch<M extends ModelTypes> = Inputs<M> & Targets<M>;

export type Predictions<M extends ModelTypes> = {
  readonly [Name in keyof M["outputs"]]: OutputValue<M["outputs"][Name]>;
};

/** Memory of the caller that results are written to. */
export type Into<M extends ModelTypes> = {
  readonly [Name in keyof M["outputs"]]?: Float32Array;
};
