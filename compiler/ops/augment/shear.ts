import { e } from "../../ir/expression.ts";
import { angles, word } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";
import { fill } from "./fill.ts";
import { identity } from "./identity.ts";

export const shear = defineAugmentation({
  name: "shear",
  summary: "Slants the picture: its rows, or its columns, slide along each other.",
  doc:
    "Upright lines lean by an angle t, uniform between the ends of the range, to the right where it is above 0, and the centre " +
    "stays: a point of the result at (x, y), y pointing down, comes from (x + y·tan t, y). `vertical` does the same to level lines, " +
    "which fall to the right where t is above 0: (x, y - x·tan t).",
  attributes: {
    angle: angles({ doc: "Between which angles lines lean." }),
    axis: word(["horizontal", "vertical"], {
      doc: "horizontal: rows slide; vertical: columns.",
      default: "horizontal",
    }),
    fill,
  },
  draws: ["angle"],
  source: ({ draws: [draw], attributes: { angle, axis } }) => {
    const t = e.mul(between(angle, draw), Math.PI / 180);
    const slope = e.div(e.sin(t), e.cos(t));
    return axis === "horizontal" ? { ...identity, xy: slope } : { ...identity, yx: e.neg(slope) };
  },
});
