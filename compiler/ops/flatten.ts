import { defineOperator } from "../opkit/operator.ts";
import { sizeOf } from "../shape/tensor-type.ts";

export const flatten = defineOperator({
  name: "flatten",
  category: "shape",
  summary: "All values of a sample as one vector, in C, H, W order.",
  doc: "[C, H, W] becomes [C·H·W]; element (c, h, w) stands at (c·H + h)·W + w. Of [C, L] it is (c, l) at c·L + l. In front of `dense` it costs nothing. PyTorch's `nn.Flatten`.",
  operands: ["x"],
  attributes: {},
  shape: ({ operands: [x], fail }) =>
    x!.dtype === "f32"
      ? { dtype: "f32", shape: [sizeOf(x!.shape)] }
      : fail("CNN308", { operator: "flatten", expected: "f32", found: x!.dtype }, "x"),
  lower: ({ b, operands: [x] }) => b.node({ family: "reshape", shape: [sizeOf(b.typeOf(x!).shape)] }, [x!]),
  onnx: ({ b, operands: [x] }) => b.node("Flatten", [x!], { axis: 1 }),
  reference: ({ operands: [x] }) => ({ shape: [x!.shape[0]!, sizeOf(x!.shape.slice(1))], data: x!.data }),
  samples: [
    { link: "flatten", input: [5, 3, 7], batch: 3 },
    { link: "flatten", input: [16, 2, 2], batch: 17 },
    { link: "flatten", input: [5, 9], batch: 3 },
    { link: "flatten", input: [20, 2, 3], batch: 1 },
  ],
});
