import { defineOperator, type Operator } from "../../opkit/operator.ts";
import type { Tensor } from "../../opkit/tensor.ts";
import { sizeOf } from "../../shape/tensor-type.ts";

/** Over dimension 1 of [N, C, …], in float64; `finish` sees x - max and log Σ exp(x - max). */
function overChannels(x: Tensor, finish: (shifted: number, logSum: number) => number): Tensor {
  const [samples = 1, channels = 1] = x.shape;
  const plane = sizeOf(x.shape.slice(2));
  const data = new Float64Array(x.data.length);
  for (let n = 0; n < samples; n++) {
    for (let i = 0; i < plane; i++) {
      const at = (c: number): number => (n * channels + c) * plane + i;
      const values = Array.from({ length: channels }, (_, c) => x.data[at(c)]!);
      const largest = Math.max(...values);
      const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
      values.forEach((value, c) => (data[at(c)] = finish(value - largest, logSum)));
    }
  }
  return { shape: x.shape, data };
}

const samples = (name: string) => [
  { link: name, input: [10], batch: 17 },
  { link: name, input: [37], batch: 3 },
  { link: name, input: [3, 4, 5], batch: 1 },
  { link: name, input: [5, 9], batch: 3 },
];

function define(
  name: string,
  log: boolean,
  summary: string,
  doc: string,
  finish: (s: number, l: number) => number,
): Operator {
  return defineOperator({
    name,
    category: "activation",
    summary,
    doc,
    operands: ["x"],
    attributes: {},
    shape: ({ operands: [x], fail }) =>
      x!.dtype === "f32" ? x! : fail("CNN308", { operator: name, expected: "f32", found: x!.dtype }, "x"),
    lower: ({ b, operands: [x] }) => b.node({ family: "softmax", log }, [x!]),
    ...(log ? {} : { probabilities: true as const }),
    onnx: ({ b, operands: [x] }) => b.node(log ? "LogSoftmax" : "Softmax", [x!], { axis: 1 }),
    reference: ({ operands: [x] }) => overChannels(x!, finish),
    samples: samples(name),
  });
}

export const softmax = define(
  "softmax",
  false,
  "Turns scores into probabilities over channels.",
  "y[c] = exp(x[c] - max x) / Σ_k exp(x[k] - max x), over channels, for every row and column (Bridle 1990).",
  (shifted, logSum) => Math.exp(shifted - logSum),
);

export const logSoftmax = define(
  "log_softmax",
  true,
  "Logarithm of the softmax, without its loss of digits.",
  "y[c] = x[c] - max x - log Σ_k exp(x[k] - max x), over channels, for every row and column. PyTorch's `nn.LogSoftmax`.",
  (shifted, logSum) => shifted - logSum,
);
