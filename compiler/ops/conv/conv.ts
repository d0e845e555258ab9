import { whole } from "../../opkit/attributes.ts";
import { defineConvolution, learnedAttributes, windowAttributes } from "./convolution.ts";
import { samples } from "./samples.ts";

export const conv = defineConvolution({
  name: "conv",
  summary: "Convolution over rows and columns, or along a sequence, with learned kernels.",
  doc:
    "y[k, p, q] = bias[k] + Σ_{c,a,b} w[k, c, a, b] · x[c, p·stride + a·dilation - pad, q·stride + b·dilation - pad]: " +
    "a cross-correlation, as in every framework. Outside the picture x is 0. With groups, output channel k sees only " +
    "the input channels of its own group. Size: floor((n + pad_before + pad_after - dilation·(kernel-1) - 1)/stride) + 1. " +
    "A sequence [C, L] is convolved along its length, with weights [K, C/groups, kernel] " +
    "(LeCun et al. 1998; arithmetic: Dumoulin & Visin 2016, arXiv:1603.07285).",
  attributes: {
    channels: whole({ doc: "Output channels.", min: 1 }),
    ...windowAttributes,
    groups: whole({ doc: "Groups of channels that do not see each other.", default: 1, min: 1 }),
    ...learnedAttributes,
  },
  meaning: (_, attributes) => attributes,
  samples,
});
