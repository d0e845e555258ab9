import { e } from "../../ir/expression.ts";
import { range } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";
import { fill } from "./fill.ts";
import { identity } from "./identity.ts";

export const scale = defineAugmentation({
  name: "scale",
  summary: "Enlarges the picture about its centre, or makes it smaller.",
  doc:
    "The picture grows by a factor f, uniform between the ends of the range: a point of the result at x comes from x/f. " +
    "Both directions have the same factor.",
  attributes: { factor: range({ doc: "Between which factors; above 1 enlarges.", min: 0.1, max: 10 }), fill },
  draws: ["factor"],
  source: ({ draws: [draw], attributes: { factor } }) => {
    const inverse = e.div(1, between(factor, draw));
    return { ...identity, xx: inverse, yy: inverse };
  },
});
