import type { CoreOf, Family, Node, ValueId } from "../../ir/graph.ts";
import type { Tile } from "../../ir/plan.ts";
import type { Window } from "../../shape/window.ts";
import type { Context } from "./context.ts";

/** What a node's function loops over: samples; one sample's rows; one block of outputs, of transformed tiles or of the operand, for some samples. */
export type Loop = "samples" | "bands" | "tiles" | "blocks";

/** What a call is printed from. */
export interface Call<F extends Family = Family> {
  readonly c: Context;
  readonly index: number;
  readonly node: Node;
  readonly core: CoreOf<F>;
  readonly inputs: readonly ValueId[];
  /** The value the kernel itself computes, before pointwise steps. */
  readonly result: ValueId;
  /** The text that makes the functor of its steps. */
  readonly steps: string;
  readonly tail: string;
  /** `0, 28` or `h0, h1` */
  readonly rows: string;
  readonly v: string;
  readonly tile: string;
  readonly loop: Loop;
}

export const window = ({
  kernel: [kh, kw],
  stride: [sh, sw],
  pad: [ph, pw, bottom, right],
  dilation: [dh, dw],
}: Window): string =>
  `Window{${[kh, kw, sh, sw, ph, pw, dh, dw, ...(bottom !== ph || right !== pw ? [bottom, right] : [])].join(", ")}}`;
export const tile = ({ pixels, vectors }: Tile = { pixels: 1, vectors: 1 }): string => `Tile{${pixels}, ${vectors}}`;

export const poolings = {
  max: "Pooling::max",
  sum: "Pooling::sum",
  average: "Pooling::average",
  average_with_pad: "Pooling::average_with_pad",
} as const;

/** Template arguments, and what stands in the parentheses. */
export interface Printed {
  readonly head: string;
  readonly operands: readonly string[];
  /** Constants that stand in front of the call. */
  readonly tables?: readonly string[];
  /** Where it is not the choice's. */
  readonly kernel?: string;
}
