import { whole, wholeOrNone } from "../../opkit/attributes.ts";
import { initializerFrom, initializerWords } from "../../opkit/initializer.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { tensor, type Tensor } from "../../opkit/tensor.ts";
import { checkTokens } from "../../opkit/tokens.ts";

export const embedding = defineOperator({
  name: "embedding",
  category: "embedding",
  summary: "A learned vector for each token.",
  doc:
    "y[c, l] = w[x[l], c]: from tokens[L] in V, an input of tokens, f32[dim, L]. The weights are a table [V, dim], as in " +
    "PyTorch's `nn.Embedding`, and start as N(0, 1). It is `one_hot` and a convolution with a kernel of 1, without the zeros.\n\n" +
    "The gradient of a row is the sum over the places where its token stands, 0 where there are none. The optimiser moves " +
    "the whole table: momentum, weight decay and the like act on rows whose tokens do not occur in a batch, too.\n\n" +
    "The row of the token `padding`, which fills up texts that are too short, starts as 0 and gets no gradient.",
  operands: ["x"],
  attributes: {
    dim: whole({ doc: "Numbers in a vector.", min: 1 }),
    init: initializerFrom(initializerWords, {
      doc: "Initialiser, or a number that all weights start as; fan_in is dim, fan_out the vocabulary.",
      default: "normal",
    }),
    padding: wholeOrNone({ doc: "A token whose vector stays 0.", min: 0, default: "none" }),
  },
  parameters: ({ operands: [x], attributes: { dim, padding } }) => {
    const tokens = x!.below!;
    const zeroRow = padding === "none" ? {} : { zeroRow: padding };
    const initial = { kind: "weight", fanIn: dim, fanOut: tokens, ...zeroRow } as const;
    return [{ name: "weight", shape: [tokens, dim], initial }];
  },
  shape: ({ operands: [x], attributes: { dim, padding }, fail }) => {
    const { shape, below } = checkTokens("embedding", x!, fail);
    if (padding !== "none" && padding >= below)
      fail("CNN338", { operator: "embedding", token: `${padding}`, last: `${below - 1}` }, "padding");
    return { dtype: "f32", shape: [dim, ...shape] };
  },
  lower: ({ b, operands: [x], parameters: [weight], attributes: { padding } }) =>
    b.node({ family: "embedding", ...(padding !== "none" && { padding }) }, [x!, weight!]),
  onnx: ({ b, operands: [x], parameters: [weight] }) =>
    b.node("Transpose", [b.node("Gather", [weight!, x!])], { perm: [0, 2, 1] }),
  reference: ({ operands: [x], parameters: [weight] }) => lookUp(x!, weight!, () => true),
  trainingReference: ({ operands: [x], parameters: [weight], attributes: { padding } }) =>
    lookUp(x!, weight!, (token) => token !== padding),
  samples: [
    { link: "embedding(19)", input: [7], dtype: "tokens", below: 11, batch: 3 },
    { link: "embedding(300)", input: [5], dtype: "tokens", below: 13, batch: 17 },
    { link: "embedding(2)", input: [9], dtype: "tokens", below: 5, batch: 4 },
    { link: "embedding(24, padding=3)", input: [8], dtype: "tokens", below: 6, batch: 5 },
    { link: "embedding(1) -> flatten -> dense(3)", input: [6], dtype: "tokens", below: 1, batch: 1 },
  ],
});

/** Rows of the table; 0 for a token that does not count. */
function lookUp(x: Tensor, weight: Tensor, counts: (token: number) => boolean): Tensor {
  const [samples = 1, length = 1] = x.shape;
  const [, dim = 1] = weight.shape;
  const y = tensor([samples, dim, length]);
  x.data.forEach((token, i) => {
    const [n, l] = [Math.floor(i / length), i % length];
    for (let c = 0; c < dim && counts(token); c++) y.data[(n * dim + c) * length + l] = weight.data[token * dim + c]!;
  });
  return y;
}
