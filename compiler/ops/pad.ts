import { perSide, real, word } from "../opkit/attributes.ts";
import { countOf, resampled } from "../opkit/axes.ts";
import { defineOperator } from "../opkit/operator.ts";
import { pickTensor } from "../opkit/tensor.ts";
import { checkWindowed } from "../opkit/windows.ts";
import type { AxisMap } from "../ir/axis-map.ts";
import type { Shape } from "../shape/tensor-type.ts";

export const pad = defineOperator({
  name: "pad",
  category: "shape",
  summary: "Pixels added around the picture: a number, its mirror image, or its edge.",
  doc:
    "[C, H, W] becomes [C, top + H + bottom, left + W + right], a sequence [C, L] becomes [C, left + L + right]. New " +
    "elements are `value` (mode=zero), the mirror image about the outermost element, which is not repeated " +
    "(mode=reflect: a b c becomes c b a b c b a), or the outermost element (mode=edge). These are NumPy's `constant`, " +
    "`reflect` and `edge`, PyTorch's `constant`, `reflect` and `replicate`. In front of a convolution zeros are better " +
    "written as its own `pad`: that costs nothing, while this makes a copy.",
  operands: ["x"],
  attributes: {
    amount: perSide({ doc: "Pixels at each side, or elements before and after a sequence.", max: 65_536 }),
    mode: word(["zero", "reflect", "edge"], { doc: "What new elements are.", default: "zero" }),
    value: real({ doc: "What they are with mode=zero.", default: 0 }),
  },
  shape: ({ operands: [x], attributes: { amount, mode, value }, fail, warn }) => {
    checkWindowed("pad", x!, { fail, warn });
    const { shape } = x!;
    const sides = sidesPerAxis(amount);
    if (value !== 0 && mode !== "zero")
      fail("CNN348", { operator: "pad", attribute: "value", other: `mode=${mode}` }, "value");
    for (const [axis, [before, after]] of sides) {
      const most = Math.max(before, after);
      if (mode !== "reflect" || most < shape[axis]!) continue;
      fail("CNN347", { operator: "pad", amount: String(most), count: countOf(shape, axis) }, "amount");
    }
    return { dtype: "f32", shape: padded(shape, sides) };
  },
  lower: ({ b, operands: [x], attributes: { amount, mode, value } }) => {
    const { shape } = b.typeOf(x!);
    const sides = sidesPerAxis(amount);
    const beyond = mode === "zero" ? "nothing" : mode;
    const maps = new Map(
      [...sides].map(([axis, [before]]): [number, AxisMap] => [
        axis,
        { map: "line", start: 0 - before, step: 1, beyond },
      ]),
    );
    return b.node(resampled(shape, padded(shape, sides), maps, value), [x!]);
  },
  onnx: ({ b, operands: [x], types: [type], attributes: { amount, mode, value } }) => {
    const sides = sidesPerAxis(amount);
    const at = (side: 0 | 1): readonly number[] => [0, ...type!.shape.map((_, axis) => sides.get(axis)?.[side] ?? 0)];
    const pads = b.whole([...at(0), ...at(1)]);
    if (mode === "zero") return b.node("Pad", [x!, pads, b.constant(value)], { mode: "constant" });
    return b.node("Pad", [x!, pads], { mode });
  },
  reference: ({ operands: [x], attributes: { amount, mode, value } }) => {
    const [, ...shape] = x!.shape;
    const sides = sidesPerAxis(amount);
    const along = (i: number, n: number): number | undefined => {
      if (i >= 0 && i < n) return i;
      if (mode === "zero") return undefined;
      if (mode === "edge") return i < 0 ? 0 : n - 1;
      return i < 0 ? -i : 2 * (n - 1) - i;
    };
    return pickTensor(
      x!,
      padded(shape, sides),
      (index) => {
        const at = index.map((i, axis) => along(i - (sides.get(axis)?.[0] ?? 0), shape[axis]!));
        return at.every((i) => i !== undefined) ? at : undefined;
      },
      value,
    );
  },
  samples: [
    { link: "pad(1)", input: [5, 3, 7], batch: 3 },
    { link: "pad([2, 1], value=0.5) -> tanh", input: [20, 4, 5], batch: 1 },
    { link: "pad([0, 3, 2, 1], mode=edge)", input: [3, 5, 4], batch: 17 },
    { link: "tanh -> pad([2, 3, 3, 1], mode=reflect) -> tanh", input: [33, 4, 5], batch: 2 },
    { link: "pad(2, mode=reflect) -> conv(6, kernel=3)", input: [3, 3, 4], batch: 3 },
    { link: "pad([3, 1], mode=edge) -> conv(4, kernel=3)", input: [6, 9], batch: 3 },
    { link: "pad(0) -> add(x -> tanh)", input: [4, 3, 5], batch: 2 },
  ],
});

type Sides = ReadonlyMap<number, readonly [number, number]>;

/** Elements before and after each axis behind the channels. */
function sidesPerAxis(amount: readonly number[]): Sides {
  const axes = amount.length / 2;
  return new Map(amount.slice(0, axes).map((before, i) => [i + 1, [before, amount[axes + i]!]]));
}

function padded(shape: Shape, sides: Sides): Shape {
  return shape.map((n, axis) => {
    const [before, after] = sides.get(axis) ?? [0, 0];
    return before + n + after;
  });
}
