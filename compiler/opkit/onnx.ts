import { sizeOf, type Shape, type TensorType } from "../shape/tensor-type.ts";
import type { Window } from "../shape/window.ts";
import type { Attributes, Values } from "./attributes.ts";

/** The name of a value, parameter or constant in an ONNX graph. Values have the batch in front: [N, C, H, W]. */
export type OnnxName = string;

/** `INT` and `INTS`, `STRING`, and `FLOAT`, which a whole number does not tell apart from `INT`. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

export interface OnnxNode {
  /** Of the standard's own operators (ai.onnx), opset 17. */
  readonly op: string;
  readonly inputs: readonly OnnxName[];
  /** A layer has one result, and each part of a value is a layer. */
  readonly output: OnnxName;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxConstant {
  readonly name: OnnxName;
  readonly dtype: "f32" | "i64";
  readonly shape: Shape;
  /** Row-major. */
  readonly data: readonly number[];
}

/** What an operator declares its ONNX form from. */
export interface OnnxContext<A extends Attributes> {
  readonly b: OnnxBuilder;
  /** f32: bytes of an input have been cast before an operator sees them. Tokens are int32. */
  readonly operands: readonly OnnxName[];
  /** As declared, without the batch. */
  readonly types: readonly TensorType[];
  /** Of the result. */
  readonly type: TensorType;
  /** In the order of `parameters`, with the shapes that they declare. */
  readonly parameters: readonly OnnxName[];
  readonly attributes: Values<A>;
  /** Which of the operator's parts. */
  readonly part: number;
}

/** Collects the nodes of one layer; they are named after it: `logits.gelu1.Erf`. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  readonly #layer: string;
  readonly #counts = new Map<string, number>();

  constructor(layer: string) {
    this.#layer = layer;
  }

  /** The result of an operator of the standard. */
  node(op: string, inputs: readonly OnnxName[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): OnnxName {
    const output = this.#name(op);
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  /** An f32 constant, a single number unless a shape is given. */
  constant(data: number | readonly number[], shape: Shape = []): OnnxName {
    return this.#constant("f32", shape, typeof data === "number" ? [data] : data);
  }

  /** Whole numbers that are an operand: axes, sizes, positions. */
  whole(data: readonly number[]): OnnxName {
    return this.#constant("i64", [data.length], data);
  }

  /** x with dimensions of size 1 where `axes` say, so that it is spread over those of another value. */
  unsqueeze(x: OnnxName, axes: readonly number[]): OnnxName {
    return axes.length === 0 ? x : this.node("Unsqueeze", [x, this.whole(axes)]);
  }

  #constant(dtype: OnnxConstant["dtype"], shape: Shape, data: readonly number[]): OnnxName {
    if (data.length !== sizeOf(shape)) throw new RangeError(`${data.length} numbers for [${shape.join(", ")}]`);
    const name = this.#name("Constant");
    this.constants.push({ name, dtype, shape, data });
    return name;
  }

  /** Layers and parameters begin with small letters, so nothing else has such a name. */
  #name(part: string): OnnxName {
    const count = (this.#counts.get(part) ?? 0) + 1;
    this.#counts.set(part, count);
    return `${this.#layer}.${part}${count === 1 ? "" : count}`;
  }
}

/** The shape of one number for each channel of a value: [C, 1, 1] of [C, H, W]. */
export function perChannel({ shape: [channels = 1, ...positions] }: TensorType): Shape {
  return [channels, ...positions.map(() => 1)];
}

/** The places of a value's positions, where there is a batch in front or not: 2 and 3 of [N, C, H, W]. */
export function positionAxes({ shape }: TensorType, batch: boolean): readonly number[] {
  return shape.slice(1).map((_, i) => i + (batch ? 2 : 1));
}

/** Attributes of Conv and the pools: over rows and columns of an image, over positions of a sequence. */
export function onnxWindow({ kernel, stride, dilation, pad }: Window, { shape }: TensorType) {
  const axes = <T>(all: readonly T[]): readonly T[] => all.slice(3 - shape.length);
  const [top, left, bottom, right] = pad;
  const dilated = dilation.some((it) => it !== 1);
  return {
    kernel_shape: axes(kernel),
    strides: axes(stride),
    pads: [...axes([top, left]), ...axes([bottom, right])],
    ...(dilated && { dilations: axes(dilation) }),
  };
}
