import { defineInitializer } from "../../opkit/operator.ts";

export const orthogonal = defineInitializer({
  name: "orthogonal",
  summary: "Weights that keep lengths and angles: a random rotation.",
  doc:
    "The weights as a matrix, [out, in] or [out, in/groups·kh·kw], have rows of length 1 that are orthogonal to each other, or " +
    "columns where there are fewer of these; all such matrices are equally likely (Saxe et al. 2014, arXiv:1312.6120). " +
    "An R×C matrix takes about R·C·min(R, C) multiplications when the model is loaded.",
  attributes: {},
  draw: () => ({ kind: "orthogonal" }),
});
