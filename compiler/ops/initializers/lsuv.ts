import { defineInitializer } from "../../opkit/operator.ts";

export const lsuv = defineInitializer({
  name: "lsuv",
  summary: "Orthogonal weights, scaled by data until the layer's values vary by 1.",
  doc:
    "Weights start as `orthogonal` ones. Before the first step of training they are divided, layer by layer from the inputs on, by " +
    "the standard deviation of the layer's values over the first batch, all channels and places together (layer-sequential " +
    "unit-variance, Mishkin & Matas 2016, arXiv:1511.06422). Values are those of training without augmentation, in front of the " +
    "activation. One pass over the batch is made for each such layer. As biases start at 0, one division is exact where the " +
    "paper repeats it. `fit` and `cnnc train` do this by themselves.",
  attributes: {},
  draw: () => ({ kind: "lsuv" }),
});
