import { defineInitializer } from "../../opkit/operator.ts";
import { normal, uniform, type Fans } from "./variance.ts";

/** Values keep their size on the way through ReLUs, which halve E[x²]. */
const variance = ({ fanIn }: Fans): number => 2 / fanIn;

const source = "(He et al. 2015, arXiv:1502.01852)";

export const he = defineInitializer({
  name: "he",
  summary: "Normal, for layers before a ReLU.",
  doc: `N(0, 2/fan_in) ${source}. \`he_normal\` is the same.`,
  attributes: {},
  draw: (fans) => normal(variance(fans)),
});

export const heNormal = defineInitializer({
  name: "he_normal",
  summary: "Normal, for layers before a ReLU: another name of `he`.",
  doc: `N(0, 2/fan_in) ${source}.`,
  attributes: {},
  draw: (fans) => normal(variance(fans)),
});

export const heUniform = defineInitializer({
  name: "he_uniform",
  summary: "Uniform, for layers before a ReLU.",
  doc: `U(-a, a), a = √(6/fan_in): the variance of \`he\` ${source}.`,
  attributes: {},
  draw: (fans) => uniform(variance(fans)),
});
