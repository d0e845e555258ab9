import { flag, perAxis } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { checkWindowed } from "../../opkit/windows.ts";
import { interpolated, lowerInterpolation, mode, modesDoc, onnxInterpolation } from "./interpolation.ts";

export const resize = defineOperator({
  name: "resize",
  category: "shape",
  summary: "Rows and columns of a given number.",
  doc:
    `[C, H, W] becomes [C, P, Q] for size=[P, Q], a sequence [C, L] becomes [C, P]. ${modesDoc} With align_corners=true ` +
    "the point is p·(n - 1)/(m - 1), so that the outermost elements are just those of the operand (ONNX's " +
    "`align_corners`). Where a picture becomes smaller, bilinear looks at no more than two elements along an axis and " +
    "leaves out those in between: it does not filter first, as PyTorch does with `antialias`. Pools see them all.",
  operands: ["x"],
  attributes: {
    size: perAxis({ doc: "Rows and columns of the result, or its length.", min: 1, max: 65_536 }),
    mode,
    align_corners: flag({ doc: "Outermost elements stay outermost, with mode=bilinear.", default: false }),
  },
  shape: (c) => {
    const { size, mode, align_corners: aligned } = c.attributes;
    checkWindowed("resize", c.operands[0]!, c);
    if (aligned && mode === "nearest")
      c.fail("CNN348", { operator: "resize", attribute: "align_corners", other: "mode=nearest" }, "align_corners");
    return { dtype: "f32", shape: [c.operands[0]!.shape[0]!, ...size] };
  },
  lower: (c) => {
    const { size, mode, align_corners: aligned } = c.attributes;
    return lowerInterpolation(c, size, { mode, aligned });
  },
  onnx: (c) => onnxInterpolation(c, { mode: c.attributes.mode, aligned: c.attributes.align_corners }),
  reference: ({ operands: [x], attributes: { size, mode, align_corners: aligned } }) =>
    interpolated(x!, size, { mode, aligned }),
  samples: [
    { link: "resize([5, 4])", input: [5, 3, 7], batch: 3 },
    { link: "resize(3) -> tanh", input: [20, 8, 5], batch: 1 },
    { link: "resize([9, 5], mode=bilinear) -> conv(4, kernel=3)", input: [3, 4, 7], batch: 17 },
    { link: "resize([7, 8], mode=bilinear, align_corners=true) -> tanh", input: [33, 4, 3], batch: 2 },
    { link: "resize([2, 1], mode=bilinear, align_corners=true)", input: [6, 5, 4], batch: 3 },
    { link: "conv(5, kernel=3) -> resize([3, 2], mode=bilinear)", input: [2, 13, 9], batch: 2 },
    { link: "resize(7, mode=bilinear, align_corners=true) -> tanh", input: [5, 9], batch: 3 },
  ],
});
