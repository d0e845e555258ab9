import type { Expression } from "./expression.ts";

/**
 * From a point (x, y) of a result to the point of the operand that it shows: x' = xx·x + xy·y + x0,
 * y' = yx·x + yy·y + y0. Points are in pixels from the picture's centre, x to the right and y downwards, and a pixel
 * is its centre: pixel (h, w) of H×W is x = w - (W - 1)/2, y = h - (H - 1)/2.
 */
export interface AffineMap {
  readonly xx: Expression;
  readonly xy: Expression;
  readonly x0: Expression;
  readonly yx: Expression;
  readonly yy: Expression;
  readonly y0: Expression;
}

/** In the order in which they are written and printed. */
export const affineFields = ["xx", "xy", "x0", "yx", "yy", "y0"] as const satisfies (keyof AffineMap)[];

export function isAffineField(name: string): name is keyof AffineMap {
  return (affineFields as readonly string[]).includes(name);
}
