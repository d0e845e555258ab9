import { e, type Expression } from "../../ir/expression.ts";
import { range } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";
import { identity } from "./identity.ts";

export const crop = defineAugmentation({
  name: "crop",
  summary: "Stretches a random part of the picture to the whole.",
  doc:
    "A rectangle is drawn and stretched to the size of the picture: it has a share a of its area, uniform in `area`, and " +
    "an aspect ratio r relative to its own, log-uniform in `ratio`. Its sides are the shares √(a·r) of the width and √(a/r) " +
    "of the height, at most 1, and its place is uniform (Szegedy et al. 2015, arXiv:1409.4842). Shares are of " +
    "the distances between the centres of the outermost pixels, so no point lies outside the picture.",
  attributes: {
    area: range({ doc: "Share of the picture's area.", default: [0.8, 1], min: 0.01, max: 1 }),
    ratio: range({ doc: "Width by height, relative to the picture's.", default: [0.75, 1.333], min: 0.1, max: 10 }),
  },
  draws: ["area", "ratio", "x", "y"],
  source: ({ draws: [area, ratio, x, y], attributes, height, width }) => {
    const [low, high] = attributes.ratio;
    const [a, r] = [between(attributes.area, area), e.exp(between([Math.log(low), Math.log(high)], ratio))];
    const [xx, yy] = [e.mul(a, r), e.div(a, r)].map((square) => e.min(1, e.sqrt(square))) as [Expression, Expression];
    // The rectangle's centre has as much room as the rectangle leaves.
    const centre = (draw: Expression | undefined, side: Expression, size: number): Expression =>
      e.mul(e.mul(e.sub(draw!, 0.5), e.sub(1, side)), size - 1);
    return { ...identity, xx, yy, x0: centre(x, xx, width), y0: centre(y, yy, height) };
  },
});
