import { e } from "../ir/expression.ts";
import { defineOperator } from "../opkit/operator.ts";
import { tensor } from "../opkit/tensor.ts";
import { formatShape, sameShape } from "../shape/tensor-type.ts";

export const add = defineOperator({
  name: "add",
  summary: "The sum of two values of the same shape: how a skip connection ends.",
  doc: "y = a + b, elementwise; both have the same shape.",
  operands: ["a", "b"],
  attributes: {},
  shape: ({ operands: [a, b], fail }) => {
    for (const [name, x] of [
      ["a", a!],
      ["b", b!],
    ] as const)
      if (x.dtype !== "f32") fail("CNN308", { operator: "add", expected: "f32", found: x.dtype }, name);
    if (!sameShape(a!.shape, b!.shape))
      fail("CNN340", { operator: "add", first: formatShape(a!.shape), second: formatShape(b!.shape) }, "b");
    return a!;
  },
  lower: ({ b, operands: [x, y] }) => {
    if (x === y) return b.map(e.mul(e.value(x!), 2), () => ({ [x!]: e.mul(e.gradient, 2) }));
    return b.map(e.add(e.value(x!), e.value(y!)), () => ({ [x!]: e.gradient, [y!]: e.gradient }));
  },
  reference: ({ operands: [a, b] }) =>
    tensor(
      a!.shape,
      a!.data.map((value, i) => value + b!.data[i]!),
    ),
  samples: [
    { link: "add(x)", input: [5, 3, 7], batch: 3 },
    { link: "conv(20, kernel=3, pad=1) -> add(x)", input: [20, 5, 6], batch: 2 },
    { link: "conv(6, kernel=3, pad=1) -> relu -> conv(6, kernel=1) -> add(x) -> tanh", input: [6, 5, 6], batch: 1 },
  ],
});
