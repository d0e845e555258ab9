import { e } from "../../ir/expression.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { tensor } from "../../opkit/tensor.ts";
import { checkTokens } from "../../opkit/tokens.ts";

/** TensorProto.DataType.INT64 */
const int64 = 7;

export const oneHot = defineOperator({
  name: "one_hot",
  category: "embedding",
  summary: "A channel for each token: 1 where it stands, else 0.",
  doc:
    "y[v, l] = 1 where x[l] = v, else 0: from tokens[L] in V, an input of tokens, f32[V, L]. It suits small vocabularies, " +
    "such as letters; with many tokens `embedding` needs less time and memory. ONNX's `OneHot`.",
  operands: ["x"],
  attributes: {},
  shape: ({ operands: [x], fail }) => {
    const { shape, below } = checkTokens("one_hot", x!, fail);
    return { dtype: "f32", shape: [below, ...shape] };
  },
  lower: ({ b, operands: [x], types: [type] }) =>
    b.map(e.oneHot(x!), undefined, { result: { dtype: "f32", shape: [type!.below!, ...type!.shape] } }),
  onnx: ({ b, operands: [x], types: [type] }) => {
    // Runtimes have it for indices and depth of one type.
    const tokens = b.node("Cast", [x!], { to: int64 });
    return b.node("OneHot", [tokens, b.whole([type!.below!]), b.constant([0, 1], [2])], { axis: 1 });
  },
  reference: ({ operands: [x] }) => {
    const { shape, below = 1, data } = x!;
    const [samples = 1, length = 1] = shape;
    const y = tensor([samples, below, length]);
    data.forEach((token, i) => {
      const [n, l] = [Math.floor(i / length), i % length];
      y.data[(n * below + token) * length + l] = 1;
    });
    return y;
  },
  samples: [
    { link: "one_hot", input: [7], dtype: "tokens", below: 19, batch: 3 },
    { link: "one_hot", input: [4], dtype: "tokens", below: 2, batch: 1 },
    { link: "one_hot -> flatten -> dense(5)", input: [6], dtype: "tokens", below: 11, batch: 17 },
  ],
});
