import { defineInitializer } from "../../opkit/operator.ts";

export const zeros = defineInitializer({
  name: "zeros",
  summary: "All weights are 0: the layer starts as its bias.",
  doc:
    "w = 0. Such a layer passes no gradient to what comes before it until its weights have moved; it suits the last layer " +
    "of a branch that is added to something. Any other number is given as it is: `init=0.1`.",
  attributes: {},
  draw: () => ({ kind: "constant", value: 0 }),
});

export const ones = defineInitializer({
  name: "ones",
  summary: "All weights are 1: the layer starts as a sum.",
  doc: "w = 1. Units that start alike stay alike where they see the same. Any other number is given as it is: `init=0.1`.",
  attributes: {},
  draw: () => ({ kind: "constant", value: 1 }),
});
