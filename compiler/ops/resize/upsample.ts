import { perAxis } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { checkWindowed } from "../../opkit/windows.ts";
import type { Shape } from "../../shape/tensor-type.ts";
import { interpolated, lowerInterpolation, mode, modesDoc, onnxInterpolation } from "./interpolation.ts";

export const upsample = defineOperator({
  name: "upsample",
  category: "shape",
  summary: "Rows and columns a whole number of times as many.",
  doc: `[C, H, W] becomes [C, a·H, b·W] for factor=[a, b], a sequence [C, L] becomes [C, a·L]. ${modesDoc}`,
  operands: ["x"],
  attributes: {
    factor: perAxis({
      doc: "How many times as many rows and columns, or how many times the length.",
      min: 1,
      max: 1024,
    }),
    mode,
  },
  shape: (c) => {
    const { factor } = c.attributes;
    checkWindowed("upsample", c.operands[0]!, c);
    return { dtype: "f32", shape: [c.operands[0]!.shape[0]!, ...enlarged(c.operands[0]!.shape, factor)] };
  },
  lower: (c) => {
    const { factor, mode } = c.attributes;
    return lowerInterpolation(c, enlarged(c.b.typeOf(c.operands[0]!).shape, factor), { mode, aligned: false });
  },
  onnx: (c) => onnxInterpolation(c, { mode: c.attributes.mode, aligned: false }),
  reference: ({ operands: [x], attributes: { factor, mode } }) =>
    interpolated(x!, enlarged(x!.shape.slice(1), factor), { mode, aligned: false }),
  samples: [
    { link: "upsample(2)", input: [5, 3, 7], batch: 3 },
    { link: "upsample([1, 3]) -> tanh", input: [20, 4, 5], batch: 1 },
    { link: "upsample(2, mode=bilinear) -> conv(6, kernel=3, pad=1)", input: [3, 5, 4], batch: 17 },
    { link: "tanh -> upsample([3, 2], mode=bilinear) -> tanh", input: [33, 3, 2], batch: 2 },
    { link: "upsample(3, mode=bilinear)", input: [6, 1, 4], batch: 3 },
    { link: "upsample(2, mode=bilinear) -> tanh", input: [5, 9], batch: 3 },
    { link: "upsample(1, mode=bilinear) -> add(x -> tanh)", input: [4, 3, 5], batch: 2 },
  ],
});

/** Rows and columns, or the length. */
function enlarged([, ...positions]: Shape, factor: readonly number[]): readonly number[] {
  return positions.map((n, axis) => n * factor[axis]!);
}
