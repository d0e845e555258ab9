import { e } from "../../ir/expression.ts";
import { real, word } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { identity } from "./identity.ts";

export const flip = defineAugmentation({
  name: "flip",
  summary: "Mirrors the picture, left to right or top to bottom.",
  doc:
    "With probability p the pixels of each row (horizontal) or column (vertical) change order. " +
    "Pixels land on pixels, so nothing is blurred.",
  attributes: {
    axis: word(["horizontal", "vertical"], { doc: "horizontal: left and right change places." }),
    p: real({ doc: "Share of the pictures that are mirrored.", default: 0.5, min: 0, max: 1 }),
  },
  draws: ["chance"],
  source: ({ draws: [chance], attributes: { axis, p } }) => {
    const sign = e.whereGreater(p, chance!, -1, 1);
    return axis === "horizontal" ? { ...identity, xx: sign } : { ...identity, yy: sign };
  },
});
