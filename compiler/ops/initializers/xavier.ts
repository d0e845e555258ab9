import { defineInitializer } from "../../opkit/operator.ts";
import { normal, uniform, type Fans } from "./variance.ts";

/** Values keep their size on the way forwards, gradients on the way back, as well as both can. */
const variance = ({ fanIn, fanOut }: Fans): number => 2 / (fanIn + fanOut);

const source = "(Glorot & Bengio 2010)";

export const xavier = defineInitializer({
  name: "xavier",
  summary: "Uniform, for layers before tanh, a softmax or nothing.",
  doc: `U(-a, a), a = √(6/(fan_in + fan_out)) ${source}. \`xavier_uniform\` is the same.`,
  attributes: {},
  draw: (fans) => uniform(variance(fans)),
});

export const xavierUniform = defineInitializer({
  name: "xavier_uniform",
  summary: "Uniform, for layers before tanh or nothing: another name of `xavier`.",
  doc: `U(-a, a), a = √(6/(fan_in + fan_out)) ${source}.`,
  attributes: {},
  draw: (fans) => uniform(variance(fans)),
});

export const xavierNormal = defineInitializer({
  name: "xavier_normal",
  summary: "Normal, for layers before tanh, a softmax or nothing.",
  doc: `N(0, 2/(fan_in + fan_out)): the variance of \`xavier\` ${source}.`,
  attributes: {},
  draw: (fans) => normal(variance(fans)),
});
