import { e } from "../../ir/expression.ts";
import { range } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";

export const saturation = defineAugmentation({
  name: "saturation",
  summary: "Makes colours stronger or paler.",
  doc:
    "Every number x becomes g + f·(x - g), f uniform between the ends of the range, g the grey of its pixel, " +
    "0.299·red + 0.587·green + 0.114·blue (ITU-R BT.601). The picture has three channels, in this order.",
  attributes: { factor: range({ doc: "Between which factors; 0 leaves greys.", min: 0, max: 10 }) },
  channels: 3,
  draws: ["factor"],
  colour: ({ pixel: { x, grey }, draws: [factor], attributes }) =>
    e.add(grey, e.mul(between(attributes.factor, factor), e.sub(x, grey))),
});
