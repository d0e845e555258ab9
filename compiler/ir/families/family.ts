import type { Shape, TensorType } from "../../shape/tensor-type.ts";
import type { Core, CoreOf, Family, Value, ValueId } from "../graph.ts";
import type { NodeBuilder } from "../node-builder.ts";

/** What a kernel family computes, apart from any target: its result's type, its adjoint, its traits. */
export interface FamilyDefinition<F extends Family = Family> {
  readonly result: (core: CoreOf<F>, operands: readonly Value[]) => Pick<Value, "type" | "batched">;
  /** Gradients to the operands, built with `b`; undefined where there is none. Absent: not differentiable. */
  readonly adjoint?: (c: AdjointContext<F>) => readonly (ValueId | undefined)[];
  /** Multiply-accumulates for one sample. Absent: none worth counting. */
  readonly macs?: (core: CoreOf<F>, operands: readonly TensorType[], result: TensorType) => number;
  /** Pointwise steps can follow in registers. */
  readonly epilogue?: true;
  /** Results appear row by row, so that a pooling can follow without storing them. */
  readonly poolable?: (core: CoreOf<F>) => boolean;
  /** Each position goes through the steps once: they may write where they read. */
  readonly stepsOnce?: true;
  /** Results come a sample at a time, never a band of rows. */
  readonly wholeSamples?: true;
  /** Reads its first operand as one run of numbers, whatever its shape: a reshape in front is free. */
  readonly readsFlat?: true;
  /** The result mixes samples: everything before must be finished for the whole batch. */
  readonly acrossBatch?: true;
  /** The result is the operand, of this shape, as it is. */
  readonly idle?: (core: CoreOf<F>, x: Shape) => boolean;
  /** One core that does what `before` and then this one does; undefined where there is none. */
  readonly after?: (core: CoreOf<F>, before: Core) => Core | undefined;
  /** Moves the buffers among its operands: nodes that move the same ones keep their order. */
  readonly movesBuffers?: true;
}

export interface AdjointContext<F extends Family> {
  readonly b: NodeBuilder;
  readonly core: CoreOf<F>;
  readonly inputs: readonly ValueId[];
  readonly result: ValueId;
  /** The gradient that arrives at the result. */
  readonly gradient: ValueId;
  /** Whether operand i's gradient is wanted. */
  readonly wants: (i: number) => boolean;
}

export const f32 = (shape: readonly number[]): TensorType => ({ dtype: "f32", shape });
export const batched = (shape: readonly number[]): Pick<Value, "type" | "batched"> => ({
  type: f32(shape),
  batched: true,
});
export const single = (shape: readonly number[]): Pick<Value, "type" | "batched"> => ({
  type: f32(shape),
  batched: false,
});
