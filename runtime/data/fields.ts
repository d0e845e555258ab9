import type { ModelClass } from "../bind/define-model.ts";
import { labelsOf } from "../bind/labels.ts";
import type { Manifest } from "../bind/manifest.ts";
import type { ModelTypes } from "../bind/model-types.ts";
import type { Net } from "../bind/net.ts";
import { elementCount } from "../tensor/typed-array.ts";

/** What a build tells of what goes in and out. */
type Ends = Pick<Manifest, "inputs" | "outputs" | "train">;

/** A model, a net of it, or what its build tells of it. */
export type Described<M extends ModelTypes> = ModelClass<M> | Net<M> | { readonly manifest: Ends };

/** What an input or a target takes of each sample. */
export interface Field {
  readonly name: string;
  /** "bytes": u8 that is no picture; "numbers": f32, of labels 0 to 1. */
  readonly kind: "picture" | "bytes" | "numbers" | "tokens" | "class" | "labels" | "mask";
  /** Of one sample; [] for a class. */
  readonly shape: readonly number[];
  readonly size: number;
  /** Of classes and labels. */
  readonly labels: readonly string[];
  /** Whether a data set must have it. */
  readonly required: boolean;
}

/** All inputs and outputs of a model. Inputs must be there, and, of a model that trains, what its loss compares. */
export function fieldsOf({ inputs, outputs, train }: Ends): readonly Field[] {
  return [
    ...inputs.map(({ name, dtype, shape }) => {
      const kind = dtype === "u8" ? (isPicture(shape) ? "picture" : "bytes") : dtype === "f32" ? "numbers" : "tokens";
      return { name, kind, shape, size: elementCount(shape), labels: [], required: true } as const;
    }),
    ...outputs.map((output) => {
      const { name, kind } = output;
      const shape = kind === "class" ? output.shape.slice(1) : output.shape;
      const labels = kind === "class" || kind === "labels" ? labelsOf(output) : [];
      const required = train === undefined || train.targets.includes(name);
      return {
        name,
        kind: kind === "tensor" ? "numbers" : kind,
        shape,
        size: elementCount(shape),
        labels,
        required,
      } as const;
    }),
  ];
}

function isPicture(shape: readonly number[]): boolean {
  return shape.length === 2 || (shape.length === 3 && (shape[0] === 1 || shape[0] === 3));
}

/** Files that a field can be read from, by the ends of their names; what stands first is preferred. */
export const endings: Readonly<Record<Field["kind"], readonly string[]>> = {
  picture: ["jpg", "jpeg", "webp", "png", "npy"],
  mask: ["png", "npy"],
  bytes: ["npy"],
  numbers: ["npy", "json", "txt"],
  tokens: ["npy", "json", "txt"],
  labels: ["json", "npy", "txt"],
  class: ["cls", "txt", "json", "npy"],
};
