import { wholes } from "../opkit/attributes.ts";
import { defineOperator } from "../opkit/operator.ts";
import { checkRank } from "../opkit/windows.ts";
import { formatShape, sizeOf, type Shape } from "../shape/tensor-type.ts";

export const reshape = defineOperator({
  name: "reshape",
  category: "shape",
  summary: "The same numbers, counted in C, H, W order, under another shape.",
  doc:
    "Element i of the result is element i of the operand, both counted in C, H, W order, the last axis fastest; so " +
    "[C, H, W] becomes [A, B, D], [A, L] or [A] with as many elements. One dimension may be -1: it becomes what is left. " +
    "PyTorch's and ONNX's `reshape` of a sample. In front of `dense` it costs nothing.",
  operands: ["x"],
  attributes: {
    shape: wholes({ doc: "Dimensions of the result without the batch; one may be -1.", min: -1 }),
  },
  shape: ({ operands: [x], attributes: { shape }, fail, warn }) => {
    checkRank("reshape", x!, [1, 2, 3], "numbers", { fail, warn });
    const result = completed(shape, sizeOf(x!.shape));
    if (result) return { dtype: "f32", shape: result };
    const holes = { shape: formatShape(shape), count: String(sizeOf(x!.shape)), found: formatShape(x!.shape) };
    return fail("CNN344", { operator: "reshape", ...holes }, "shape");
  },
  lower: ({ b, operands: [x], attributes: { shape } }) =>
    b.node({ family: "reshape", shape: completed(shape, sizeOf(b.typeOf(x!).shape))! }, [x!]),
  // 0 is the batch, as it is.
  onnx: ({ b, operands: [x], type }) => b.node("Reshape", [x!, b.whole([0, ...type.shape])]),
  reference: ({ operands: [x], attributes: { shape } }) => {
    const [samples = 1, ...own] = x!.shape;
    return { shape: [samples, ...completed(shape, sizeOf(own))!], data: x!.data };
  },
  samples: [
    { link: "reshape([3, 5, 7])", input: [5, 3, 7], batch: 3 },
    { link: "reshape([-1, 4])", input: [5, 4, 3], batch: 1 },
    { link: "dense(33) -> tanh -> reshape([3, 11, -1]) -> conv(5, kernel=3, pad=1)", input: [7], batch: 17 },
    { link: "conv(6, kernel=3) -> reshape([-1]) -> relu -> reshape([4, 5, -1]) -> tanh", input: [2, 7, 6], batch: 3 },
    { link: "reshape([20, -1]) -> tanh -> reshape([-1]) -> dense(4)", input: [4, 5, 6], batch: 2 },
  ],
});

/** The shape with its -1 replaced; undefined where it is not one of `size` elements. */
function completed(shape: Shape, size: number): Shape | undefined {
  const known = shape.filter((n) => n !== -1);
  const rest = size / sizeOf(known);
  const fits = known.length === shape.length ? rest === 1 : known.length === shape.length - 1 && Number.isInteger(rest);
  return fits ? shape.map((n) => (n === -1 ? rest : n)) : undefined;
}
