import { e } from "../../ir/expression.ts";
import { range } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";

export const contrast = defineAugmentation({
  name: "contrast",
  summary: "Strengthens or weakens the differences of a picture from its own mean.",
  doc:
    "Every number x becomes m + f·(x - m), f uniform between the ends of the range, m the mean grey of the picture: of " +
    "0.299·red + 0.587·green + 0.114·blue (ITU-R BT.601), where there are not three channels of their mean.",
  attributes: { factor: range({ doc: "Between which factors; 0 leaves an even grey.", min: 0, max: 10 }) },
  draws: ["factor"],
  colour: ({ pixel: { x, mean }, draws: [factor], attributes }) =>
    e.add(mean, e.mul(between(attributes.factor, factor), e.sub(x, mean))),
});
