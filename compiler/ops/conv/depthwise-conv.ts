import { whole } from "../../opkit/attributes.ts";
import { defineConvolution, learnedAttributes, windowAttributes } from "./convolution.ts";

export const depthwiseConv = defineConvolution({
  name: "depthwise_conv",
  summary: "Convolution of each channel by itself, with kernels of its own.",
  doc:
    "y[c·m + j, p, q] = bias[c·m + j] + Σ_{a,b} w[c·m + j, 0, a, b] · x[c, p·stride + a·dilation - pad, q·stride + b·dilation - pad] " +
    "for j < m, the multiplier: `conv` with as many groups as channels come in, and C·m channels that come out. With a " +
    "`conv(…, kernel=1)` behind it, it is a separable convolution (Howard et al. 2017, arXiv:1704.04861; Chollet 2017, " +
    "arXiv:1610.02357).",
  attributes: {
    ...windowAttributes,
    multiplier: whole({ doc: "Channels that come of each.", default: 1, min: 1 }),
    ...learnedAttributes,
  },
  meaning: (inputs, { multiplier, ...attributes }) => ({
    ...attributes,
    channels: inputs * multiplier,
    groups: inputs,
  }),
  samples: [
    { link: "depthwise_conv(3, pad=1)", input: [20, 7, 6], batch: 3 },
    { link: "depthwise_conv(3, stride=2, pad=1, bias=false)", input: [16, 9, 8], batch: 17 },
    { link: "depthwise_conv([3, 5], pad=[1, 2], multiplier=2)", input: [5, 6, 7], batch: 2 },
    { link: "depthwise_conv(3, dilation=2, pad=same, multiplier=3)", input: [7, 8, 8], batch: 1 },
    { link: "depthwise_conv(4, stride=3, pad=[1, 2], bias=false)", input: [33, 20], batch: 3 },
    { link: "depthwise_conv(5, pad=same, multiplier=4)", input: [4, 15], batch: 2 },
    {
      link: "depthwise_conv(3, pad=1, bias=false) -> batch_norm -> relu6 -> conv(24, kernel=1) -> max_pool(2)",
      input: [20, 6, 8],
      batch: 2,
    },
  ],
});
