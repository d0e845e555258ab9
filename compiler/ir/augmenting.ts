import { e, type Expression } from "./expression.ts";
import type { CoreOf } from "./graph.ts";

/** What an `augment` line does to a picture: one sampling of all that moves it, then changes of its colours. */
export interface Augmenting {
  readonly sampling: CoreOf<"affine_sample">;
  readonly changes: readonly ColourChange[];
}

/** A change of a picture's numbers where they stand, as an expression over `pixelLeaves`, the place, and random numbers of the sample. */
export interface ColourChange {
  /** Names its nodes, and the stream of its normal numbers. */
  readonly name: string;
  readonly expression: Expression;
}

/** What a pixel's new colour is made of. */
export const pixelLeaves = {
  /** The number itself, in its channel. */
  x: e.value("x"),
  /** The grey of the pixel, and its mean over the picture. */
  grey: e.value("grey"),
  mean: e.value("mean"),
  /** Standard normal, drawn for each pixel and channel. */
  normal: e.value("normal"),
  /** Where the pixel stands, from 0. */
  row: e.index(1),
  column: e.index(2),
} as const;

export type PixelLeaves = typeof pixelLeaves;

export type PixelLeaf = "x" | "grey" | "mean" | "normal";

/** How much of each channel is in the grey of a pixel: of red, green and blue as ITU-R BT.601 has it, else equally much. */
export function greyShares(channels: number): readonly number[] {
  return channels === 3 ? [0.299, 0.587, 0.114] : Array.from({ length: channels }, () => 1 / channels);
}

/** -ln(1 - x²) of x = 2u - 1, in the middle of the 2⁻²⁴ that a draw u stands for. */
export function spreadOf(u: Expression): Expression {
  const x = centred(u);
  return e.neg(e.log(e.mul(e.sub(1, x), e.add(1, x))));
}

const centred = (u: Expression): Expression => e.add(e.mul(u, 2), 2 ** -24 - 1);

/** Σ_i c[i]·xⁱ, the highest power first. */
const polynomial = (x: Expression, [first, ...rest]: readonly number[]): Expression =>
  rest.reduce<Expression>((sum, c) => e.add(e.mul(sum, x), c), e.constant(first!));

/**
 * The standard normal number below which the share u of all lies, √2·erf⁻¹(2u - 1), by the spread w of u: polynomials of
 * M. Giles, Approximating the erfinv function, 2010, with a relative error of 4e-7.
 */
export function normalOf(u: Expression, w: Expression): Expression {
  const near = polynomial(
    e.sub(w, 2.5),
    [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
      0.246640727, 1.50140941,
    ],
  );
  const far = polynomial(
    e.sub(e.sqrt(w), 3),
    [
      -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3,
      1.00167406, 2.83297682,
    ],
  );
  return e.mul(e.mul(centred(u), Math.SQRT2), e.whereGreater(5, w, near, far));
}
