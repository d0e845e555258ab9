import type { TensorType } from "../shape/tensor-type.ts";
import type { Expression } from "./expression.ts";
import type { Core, ValueId } from "./graph.ts";

export interface NodeOptions {
  /** Given where it cannot be derived: gradients have the type of their variable. */
  readonly result?: TensorType;
  /** Behind the layer's name, where a layer has several values: `product`. */
  readonly part?: string;
  /** The result is the gradient of this value, and named for it. */
  readonly gradientOf?: ValueId;
}

/** What an adjoint needs of the builder. */
export interface NodeBuilder {
  /** A node of a kernel family; its result is returned. */
  node(core: Core, inputs: readonly ValueId[], options?: NodeOptions): ValueId;
  /** A further result, one per channel, of the node that is built next. */
  result(name: string, shape: readonly number[]): ValueId;
  /** A pointwise step over values that are there. */
  map(expression: Expression, gradients: undefined, options?: NodeOptions): ValueId;
  typeOf(id: ValueId): TensorType;
}
