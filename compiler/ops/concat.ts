import { defineOperator, operandName } from "../opkit/operator.ts";
import { reunion } from "../opkit/shapes-apart.ts";
import { tensor } from "../opkit/tensor.ts";
import { forInput } from "../opkit/windows.ts";
import { describeShape, sameShape, sizeOf } from "../shape/tensor-type.ts";

const operands = ["a", "b"];
const ranks: Readonly<Record<number, string>> = { 1: "a vector", 2: "a sequence C×L", 3: "an image C×H×W" };

export const concat = defineOperator({
  name: "concat",
  category: "join",
  summary: "Values side by side: the channels of the first, then those of the next.",
  doc:
    "Two values or more become one: [A, H, W] and [B, H, W] become [A + B, H, W]; rows and columns are the same in all. " +
    "Sequences [C, L] and vectors [C] are joined in the same way. The incoming value comes first, and a value may " +
    "occur several times. It is how branches end (Szegedy et al. 2015, arXiv:1409.4842) and how a decoder takes up " +
    "what its encoder saw (Ronneberger et al. 2015, arXiv:1505.04597).",
  operands,
  variadic: true,
  attributes: {},
  shape: ({ operands: [first, ...more], fail }) => {
    const [, ...positions] = first!.shape;
    const blame = (i: number): string => operandName({ operands }, i);
    let channels = 0;
    for (const [i, type] of [first!, ...more].entries()) {
      const { dtype, shape } = type;
      if (dtype !== "f32")
        fail("CNN308", { operator: "concat", expected: "f32", found: dtype }, blame(i), forInput(type));
      const [own = 0, ...others] = shape;
      if (others.length !== positions.length) {
        const expected = `${ranks[first!.shape.length]}, like its first value`;
        fail("CNN301", { operator: "concat", expected, found: describeShape(shape) }, blame(i));
      }
      if (!sameShape(others, positions)) {
        const holes = { operator: "concat", first: describeShape(first!.shape), second: describeShape(shape) };
        fail("CNN341", holes, blame(i), { help: reunion(first!.shape, shape) });
      }
      channels += own;
    }
    return { dtype: "f32", shape: [channels, ...positions] };
  },
  lower: ({ b, operands }) => b.node({ family: "concat" }, operands),
  onnx: ({ b, operands }) => b.node("Concat", operands, { axis: 1 }),
  reference: ({ operands }) => {
    const [samples = 1, , ...positions] = operands[0]!.shape;
    const channels = operands.reduce((sum, { shape }) => sum + shape[1]!, 0);
    const y = tensor([samples, channels, ...positions]);
    let at = 0;
    for (let n = 0; n < samples; n++)
      for (const { shape, data } of operands) {
        const size = sizeOf(shape.slice(1));
        y.data.set(data.subarray(n * size, (n + 1) * size), at);
        at += size;
      }
    return y;
  },
  samples: [
    { link: "concat(x)", input: [5, 3, 7], batch: 3 },
    { link: "conv(20, kernel=3, pad=1) -> concat(x) -> conv(7, kernel=3, pad=1)", input: [5, 6, 4], batch: 3 },
    { link: "tanh -> concat(x -> conv(33, kernel=1), x, x)", input: [20, 4, 5], batch: 1 },
    {
      link: "concat(x -> conv(33, kernel=1) -> tanh, x -> avg_pool(3, stride=1, pad=1)) -> tanh",
      input: [5, 5, 6],
      batch: 2,
    },
    {
      link: "conv(16, kernel=1, bias=false) -> concat(x -> conv(8, kernel=3, pad=1, bias=false)) -> batch_norm -> tanh",
      input: [33, 4, 3],
      batch: 17,
    },
    { link: "conv(7, kernel=3, pad=1) -> concat(x) -> conv(5, kernel=1)", input: [6, 11], batch: 3 },
    { link: "dense(5) -> tanh -> concat(x -> dense(20), x) -> dense(3)", input: [33], batch: 17 },
    { link: "dense(1) -> concat(x -> dense(1), x)", input: [6], batch: 3 },
  ],
});
