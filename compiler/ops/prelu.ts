import { e } from "../ir/expression.ts";
import { positionAxes } from "../opkit/onnx.ts";
import { defineOperator } from "../opkit/operator.ts";
import { mapTensor } from "../opkit/tensor.ts";
import { sizeOf } from "../shape/tensor-type.ts";

export const prelu = defineOperator({
  name: "prelu",
  category: "activation",
  summary: "Leaky ReLU that learns the slope below 0, one for each channel.",
  doc: "y = x for x > 0 and weight[c]·x elsewhere; slopes start at 0.25 (He et al. 2015, arXiv:1502.01852).",
  operands: ["x"],
  attributes: {},
  parameters: ({ operands: [x] }) => [
    { name: "weight", shape: [x!.shape[0]!], initial: { kind: "constant", value: 0.25 } },
  ],
  shape: ({ operands: [x], fail }) =>
    x!.dtype === "f32" ? x! : fail("CNN308", { operator: "prelu", expected: "f32", found: x!.dtype }, "x"),
  lower: ({ b, operands: [x], parameters: [slope] }) => {
    const [given, learned] = [e.value(x!), e.value(slope!)];
    return b.map(e.whereGreater(given, 0, given, e.mul(learned, given)), () => ({
      [x!]: e.whereGreater(given, 0, e.gradient, e.mul(e.gradient, learned)),
      [slope!]: e.whereGreater(given, 0, 0, e.mul(e.gradient, given)),
    }));
  },
  activation: { initializer: "he" },
  onnx: ({ b, operands: [x], types: [type], parameters: [slope] }) =>
    b.node("PRelu", [x!, b.unsqueeze(slope!, positionAxes(type!, false))]),
  reference: ({ operands: [x], parameters: [slope] }) => {
    const [, channels = 1] = x!.shape;
    const plane = sizeOf(x!.shape.slice(2));
    return mapTensor(x!, (value, i) => (value > 0 ? value : slope!.data[Math.floor(i / plane) % channels]! * value));
  },
  samples: [
    { link: "prelu", input: [5, 3, 7], batch: 3, awayFromZero: 0.01 },
    { link: "prelu", input: [33], batch: 17, awayFromZero: 0.01 },
    { link: "prelu", input: [5, 9], batch: 3, awayFromZero: 0.01 },
    { link: "conv(20, kernel=3, pad=1) -> prelu -> max_pool(2)", input: [3, 6, 8], batch: 1 },
  ],
});
