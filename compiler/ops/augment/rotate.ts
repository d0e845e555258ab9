import { e } from "../../ir/expression.ts";
import { angles } from "../../opkit/attributes.ts";
import { defineAugmentation } from "../../opkit/operator.ts";
import { between } from "./between.ts";
import { fill } from "./fill.ts";
import { identity } from "./identity.ts";

export const rotate = defineAugmentation({
  name: "rotate",
  summary: "Turns the picture about its centre.",
  doc:
    "The picture turns anticlockwise by an angle t, uniform between the ends of the range. With y pointing down a point " +
    "of the result comes from (x·cos t - y·sin t, x·sin t + y·cos t).",
  attributes: { angle: angles({ doc: "Between which angles, anticlockwise as seen." }), fill },
  draws: ["angle"],
  source: ({ draws: [draw], attributes: { angle } }) => {
    const t = e.mul(between(angle, draw), Math.PI / 180);
    const [cos, sin] = [e.cos(t), e.sin(t)];
    return { ...identity, xx: cos, xy: e.neg(sin), yx: sin, yy: cos };
  },
});
