import { e } from "../../ir/expression.ts";
import { shares } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { fill } from "./fill.ts";
import { identity } from "./identity.ts";

export const shift = defineAugmentation({
  name: "shift",
  summary: "Moves the picture up or down and sideways.",
  doc:
    "The picture moves by t·size in each direction, t uniform in [-amount, amount), the two directions apart; " +
    "by fractions of a pixel too. A point of the result at x comes from x - t·size.",
  attributes: { amount: shares({ doc: "The farthest move, as a share of height and width." }), fill },
  draws: ["x", "y"],
  source: ({ draws: [x, y], attributes: { amount }, height, width }) => {
    const from = (draw: typeof x, most: number) => e.mul(e.sub(1, e.mul(2, draw!)), most);
    return { ...identity, x0: from(x, amount[1] * width), y0: from(y, amount[0] * height) };
  },
});
