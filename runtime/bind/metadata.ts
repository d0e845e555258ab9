import { elementCount } from "../tensor/typed-array.ts";
import { labelsOf } from "./labels.ts";
import type { InputManifest, Manifest, OutputManifest } from "./manifest.ts";
import type { ClassOutput, Input, LabelsOutput, MaskOutput, ModelTypes, TensorOutput } from "./model-types.ts";

/** What a program can ask about an input at run time, as exactly as its types know it. */
export type InputInfo<I> =
  I extends Input<infer Data, infer Shape>
    ? {
        readonly name: string;
        readonly dtype: Data extends Uint8Array ? "u8" : Data extends Int32Array ? "tokens" : "f32";
        /** C,H,W (or fewer), without the batch. */
        readonly shape: Shape;
        /** Elements of one sample. */
        readonly size: number;
        readonly doc?: string;
      } & (Data extends Int32Array ? { readonly below: number } : unknown)
    : never;

/** The same of an output. */
export type OutputInfo<O> = OfOutput<O> & {
  readonly name: string;
  /** Elements of one sample. */
  readonly size: number;
  readonly doc?: string;
};
type OfOutput<O> =
  O extends ClassOutput<infer Label>
    ? { readonly kind: "class"; readonly shape: readonly number[]; readonly labels: readonly Label[] }
    : O extends LabelsOutput<infer Label>
      ? { readonly kind: "labels"; readonly shape: readonly number[]; readonly labels: readonly Label[] }
      : O extends MaskOutput<infer Shape>
        ? { readonly kind: "mask"; readonly shape: Shape }
        : O extends TensorOutput<infer Shape>
          ? { readonly kind: "tensor"; readonly shape: Shape }
          : never;

/** What goes into a model and what comes out, by name: the same on the model and on each net that is loaded of it. */
export interface Metadata<M extends ModelTypes> {
  readonly inputs: { readonly [Name in keyof M["inputs"]]: InputInfo<M["inputs"][Name]> };
  readonly outputs: { readonly [Name in keyof M["outputs"]]: OutputInfo<M["outputs"][Name]> };
}

export function metadataOf<M extends ModelTypes>({ inputs, outputs }: Manifest): Metadata<M> {
  return { inputs: byName(inputs, sized), outputs: byName(outputs, describeOutput) } as Metadata<M>;
}

function describeOutput(output: OutputManifest): object {
  const choosing = output.kind === "class" || output.kind === "labels";
  return { ...sized(output), ...(choosing && { labels: labelsOf(output) }) };
}

function sized<T extends InputManifest | OutputManifest>(it: T): T & { readonly size: number } {
  return { ...it, size: elementCount(it.shape) };
}

/** Not by assignment: an output may be called __proto__. */
function byName<T extends { readonly name: string }>(list: readonly T[], describe: (it: T) => object): object {
  return Object.freeze(Object.fromEntries(list.map((it) => [it.name, Object.freeze(describe(it))])));
}
