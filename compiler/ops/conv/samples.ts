import type { Sample } from "../../opkit/operator.ts";

/** Kernels, strides, pads, dilation and groups that are easy to get wrong; channels off the vector width. */
export const samples: readonly Sample[] = [
  { link: "conv(6, kernel=5, pad=2)", input: [1, 28, 28], batch: 3 },
  { link: "conv(16, kernel=5)", input: [6, 14, 14], batch: 17 },
  { link: "conv(16, kernel=3, pad=1)", input: [16, 7, 9], batch: 1 },
  { link: "conv(37, kernel=1)", input: [5, 4, 3], batch: 3 },
  { link: "conv(20, kernel=1, stride=2, bias=false)", input: [8, 7, 7], batch: 3 },
  { link: "conv(12, kernel=3, stride=2, pad=1)", input: [5, 9, 8], batch: 3 },
  { link: "conv(10, kernel=[3, 2], stride=[1, 3], pad=[0, 2, 1, 0])", input: [3, 8, 11], batch: 2 },
  { link: "conv(9, kernel=7, stride=2, pad=3, bias=false)", input: [3, 15, 13], batch: 2 },
  { link: "conv(18, kernel=3, dilation=2, pad=same)", input: [4, 9, 9], batch: 2 },
  { link: "conv(17, kernel=[1, 3], dilation=[1, 3], stride=2, pad=[0, 4])", input: [4, 5, 12], batch: 2 },
  { link: "conv(48, kernel=3, pad=1, groups=3)", input: [12, 6, 6], batch: 2 },
  { link: "conv(12, kernel=3, pad=1, groups=4, bias=false)", input: [8, 6, 5], batch: 3 },
  { link: "conv(24, kernel=3, stride=2, pad=1, groups=24)", input: [24, 7, 7], batch: 2 },
  { link: "conv(5, kernel=3, pad=2)", input: [2, 1, 1], batch: 1 },
  { link: "conv(2, kernel=3, pad=1)", input: [7, 5, 5], batch: 2 },
  { link: "conv(18, kernel=5, pad=same)", input: [3, 29], batch: 17 },
  { link: "conv(9, kernel=4, stride=3, pad=[1, 2], bias=false)", input: [6, 17], batch: 3 },
  { link: "conv(20, kernel=3, dilation=4, pad=[8, 0])", input: [1, 21], batch: 1 },
  { link: "conv(12, kernel=[3], pad=1, groups=4)", input: [8, 13], batch: 3 },
  { link: "conv(24, kernel=3, stride=2, pad=1, groups=24)", input: [24, 12], batch: 2 },
  { link: "conv(33, kernel=3) -> tanh -> max_pool(3, stride=2) -> flatten -> dense(5)", input: [5, 33], batch: 3 },
];
