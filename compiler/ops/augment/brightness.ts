import { e } from "../../ir/expression.ts";
import { range } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";

export const brightness = defineAugmentation({
  name: "brightness",
  summary: "Makes the picture brighter or darker.",
  doc: "Every number is multiplied by a factor f, uniform between the ends of the range: f·x.",
  attributes: { factor: range({ doc: "Between which factors; above 1 is brighter.", min: 0, max: 10 }) },
  draws: ["factor"],
  colour: ({ pixel: { x }, draws: [factor], attributes }) => e.mul(x, between(attributes.factor, factor)),
});
