import { defineInitializer } from "../opkit/operator.ts";

export const he = defineInitializer({
  name: "he",
  summary: "Normal, for layers before a ReLU.",
  doc: "N(0, 2/fan_in) (He et al. 2015, arXiv:1502.01852).",
  attributes: {},
  draw: ({ fanIn }) => ({ kind: "normal", std: Math.sqrt(2 / fanIn) }),
});

export const xavier = defineInitializer({
  name: "xavier",
  summary: "Uniform, for layers before tanh, a softmax or nothing.",
  doc: "U(-a, a), a = √(6/(fan_in + fan_out)) (Glorot & Bengio 2010).",
  attributes: {},
  draw: ({ fanIn, fanOut }) => ({ kind: "uniform", bound: Math.sqrt(6 / (fanIn + fanOut)) }),
});
