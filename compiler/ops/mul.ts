import { e } from "../ir/expression.ts";
import { broadcastDoc, defineElementwise } from "../opkit/elementwise.ts";

export const mul = defineElementwise({
  name: "mul",
  summary: "The product of two values: how a gate lets channels through.",
  doc: `y = a·b, elementwise. ${broadcastDoc} So ends a squeeze-and-excitation block (Hu et al. 2018, arXiv:1709.01507).`,
  forward: (a, b) => e.mul(a, b),
  gradients: ({ a, b, dy }) => [e.mul(dy, b), e.mul(dy, a)],
  onnx: "Mul",
  reference: (a, b) => a * b,
  samples: [
    { link: "mul(x)", input: [5, 3, 7], batch: 3 },
    { link: "dense(33) -> mul(x)", input: [33], batch: 17 },
    { link: "mul(x -> global_avg_pool -> dense(4) -> relu -> dense(20) -> sigmoid)", input: [20, 5, 6], batch: 2 },
    { link: "mul(x -> global_avg_pool -> dense(5) -> sigmoid)", input: [5, 13], batch: 3 },
    { link: "conv(6, kernel=3) -> mul(x -> global_max_pool) -> relu -> max_pool(2)", input: [6, 8, 8], batch: 3 },
    { link: "global_avg_pool -> sigmoid -> mul(x -> conv(3, kernel=3, pad=1))", input: [3, 6, 5], batch: 1 },
  ],
});
