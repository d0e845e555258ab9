import { e } from "../../ir/expression.ts";
import { range } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";

export const noise = defineAugmentation({
  name: "noise",
  summary: "Adds a normal random number to each number of the picture.",
  doc:
    "x + s·white·n, n standard normal and drawn for each pixel and channel, s uniform between the ends of the range and drawn for " +
    "each picture; white is 255 for bytes, 1 for numbers.",
  attributes: { deviation: range({ doc: "The standard deviation, as a share of white.", min: 0, max: 1 }) },
  draws: ["deviation"],
  colour: ({ pixel: { x, normal }, draws: [deviation], attributes, white }) =>
    e.add(x, e.mul(normal, e.mul(between(attributes.deviation, deviation), white))),
});
