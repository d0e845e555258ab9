import { reordering } from "../ir/factors.ts";
import { wholes } from "../opkit/attributes.ts";
import { axesOf, inExtents } from "../opkit/axes.ts";
import { defineOperator } from "../opkit/operator.ts";
import { pickTensor } from "../opkit/tensor.ts";
import { checkRank } from "../opkit/windows.ts";

export const permute = defineOperator({
  name: "permute",
  category: "shape",
  summary: "The axes in another order.",
  doc:
    "Axis k of the result is axis order[k] of the operand, so for order=[1, 2, 0] x[C, H, W] becomes y[H, W, C] with " +
    "y[h, w, c] = x[c, h, w]. Axes are counted without the batch: 0 is channels, 1 and 2 are height and width; of a " +
    "sequence [C, L] 1 is its length. NumPy's `transpose`, PyTorch's `permute`.",
  operands: ["x"],
  attributes: {
    order: wholes({ doc: "For each axis of the result the axis of the operand.", min: 0, max: 2 }),
  },
  shape: ({ operands: [x], attributes: { order }, fail, warn }) => {
    checkRank("permute", x!, [1, 2, 3], "numbers", { fail, warn });
    const { shape } = x!;
    if (order.length !== shape.length || shape.some((_, axis) => !order.includes(axis))) {
      const axes = axesOf(shape).map((name, axis) => `${axis} (${name})`);
      fail("CNN345", { operator: "permute", order: `[${order.join(", ")}]`, axes: axes.join(", ") }, "order");
    }
    return { dtype: "f32", shape: order.map((axis) => shape[axis]!) };
  },
  lower: ({ b, operands: [x], attributes: { order } }) => {
    const { shape } = b.typeOf(x!);
    // Each axis is a factor; where there are no rows, they are one factor of 1.
    const factors = inExtents(
      shape.map((n) => [n]),
      [1],
    );
    const numbers = inExtents([...shape.keys()], -1);
    const number = (axis: number): number => numbers.indexOf(axis);
    const places = inExtents(
      order.map((axis) => [number(axis)]),
      [number(-1)],
    );
    return b.node({ family: "permute", ...reordering(factors, places) }, [x!]);
  },
  onnx: ({ b, operands: [x], attributes: { order } }) =>
    b.node("Transpose", [x!], { perm: [0, ...order.map((axis) => axis + 1)] }),
  reference: ({ operands: [x], attributes: { order } }) => {
    const [, ...shape] = x!.shape;
    return pickTensor(
      x!,
      order.map((axis) => shape[axis]!),
      (index) => shape.map((_, axis) => index[order.indexOf(axis)]!),
    );
  },
  samples: [
    { link: "permute([1, 2, 0])", input: [5, 3, 7], batch: 3 },
    { link: "permute([2, 0, 1]) -> tanh", input: [20, 4, 33], batch: 1 },
    { link: "tanh -> permute([0, 2, 1]) -> conv(6, kernel=[3, 1], pad=[1, 0])", input: [3, 6, 5], batch: 17 },
    { link: "permute([2, 1, 0]) -> permute([1, 2, 0]) -> tanh", input: [17, 3, 4], batch: 2 },
    { link: "permute([1, 0]) -> tanh", input: [5, 20], batch: 3 },
    { link: "permute([2, 0, 1]) -> permute([1, 2, 0]) -> add(x -> tanh)", input: [3, 4, 5], batch: 2 },
  ],
});
