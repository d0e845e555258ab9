import type { AffineMap } from "../../ir/affine-map.ts";
import { e } from "../../ir/expression.ts";

const [zero, one] = [e.constant(0), e.constant(1)];

/** Every point comes from itself; what an augmentation changes about it is written over it. */
export const identity: AffineMap = { xx: one, xy: zero, x0: zero, yx: zero, yy: one, y0: zero };
