import { e, type Expression } from "../../ir/expression.ts";
import { real, shares } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";

export const cutout = defineAugmentation({
  name: "cutout",
  summary: "Blanks a rectangle of the picture.",
  doc:
    "With probability p the pixels of a rectangle become black, or another grey. Its centre is uniform over the picture, so a part of it may " +
    "lie outside (DeVries and Taylor 2017, arXiv:1708.04552).",
  attributes: {
    size: shares({ doc: "Its sides, as a share of height and width." }),
    p: real({ doc: "Share of the pictures that lose one.", default: 1, min: 0, max: 1 }),
    grey: real({ doc: "What stands there, 0 for black to 1 for white.", default: 0, min: 0, max: 1 }),
  },
  draws: ["chance", "x", "y"],
  colour: ({
    pixel: { x, row, column },
    draws: [chance, cx, cy],
    attributes: { size, p, grey },
    height,
    width,
    white,
  }) => {
    // Pixel i is the stretch from i to i + 1, its centre at i + 1/2.
    const keep = (at: Expression, draw: Expression | undefined, extent: number, share: number, inside: Expression) => {
      const distance = e.sub(e.add(at, 0.5), e.mul(draw!, extent));
      return e.whereGreater((share * extent) / 2, e.max(distance, e.neg(distance)), inside, x);
    };
    const blank = e.whereGreater(p, chance!, grey * white, x);
    return keep(row, cy, height, size[0], keep(column, cx, width, size[1], blank));
  },
});
