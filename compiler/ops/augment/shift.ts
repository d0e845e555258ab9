import { e } from "../../ir/expression.ts";
import { flag, shares } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { fill } from "./fill.ts";
import { identity } from "./identity.ts";

export const shift = defineAugmentation({
  name: "shift",
  summary: "Moves the picture up or down and sideways.",
  doc:
    "The picture moves by t·size in each direction, t uniform in [-amount, amount), the two directions apart; " +
    "by fractions of a pixel too, which blurs it. A point of the result at x comes from x - t·size. With `whole` it moves by -m … m pixels, " +
    "all equally likely, m = ⌊amount·size⌋: pixels land on pixels. `shift(4/32, whole=true)` on 32×32 pixels is what is known as a random crop " +
    "of a picture padded by 4 (He et al. 2015, arXiv:1512.03385).",
  attributes: {
    amount: shares({ doc: "The farthest move, as a share of height and width." }),
    fill,
    whole: flag({ doc: "By whole pixels alone.", default: false }),
  },
  draws: ["x", "y"],
  source: ({ draws: [x, y], attributes: { amount, whole }, height, width }) => {
    const from = (draw: typeof x, most: number) => {
      // A share like 2/28 of 28 pixels may lie a rounding below 2.
      const pixels = Math.floor(most + 1e-9);
      return whole ? e.sub(pixels, e.floor(e.mul(draw!, 2 * pixels + 1))) : e.mul(e.sub(1, e.mul(2, draw!)), most);
    };
    return { ...identity, x0: from(x, amount[1] * width), y0: from(y, amount[0] * height) };
  },
});
