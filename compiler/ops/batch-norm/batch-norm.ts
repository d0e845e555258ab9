import { e } from "../../ir/expression.ts";
import { real } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { mapTensor, type Tensor } from "../../opkit/tensor.ts";
import { sizeOf } from "../../shape/tensor-type.ts";

/** (x - mean[c])/√(variance[c] + eps)·gamma[c] + beta[c] */
function apply(
  x: Tensor,
  [gamma, beta]: readonly Tensor[],
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
  eps: number,
): Tensor {
  const [, channels = 1] = x.shape;
  const plane = sizeOf(x.shape.slice(2));
  return mapTensor(x, (value, i) => {
    const c = Math.floor(i / plane) % channels;
    return ((value - mean[c]!) / Math.sqrt(variance[c]! + eps)) * gamma!.data[c]! + beta!.data[c]!;
  });
}

/** Mean and biased variance of each channel over samples, rows and columns. */
function moments(x: Tensor): { readonly mean: Float64Array; readonly variance: Float64Array } {
  const [samples = 1, channels = 1] = x.shape;
  const plane = sizeOf(x.shape.slice(2));
  const over = (f: (value: number, c: number) => number): Float64Array => {
    const sums = new Float64Array(channels);
    x.data.forEach((value, i) => {
      const c = Math.floor(i / plane) % channels;
      sums[c]! += f(value, c) / (samples * plane);
    });
    return sums;
  };
  const mean = over((value) => value);
  return { mean, variance: over((value, c) => (value - mean[c]!) ** 2) };
}

export const batchNorm = defineOperator({
  name: "batch_norm",
  category: "normalisation",
  summary: "Standardises each channel over the batch, then scales and shifts it.",
  doc:
    "y = (x - mean)/√(variance + eps)·gamma + beta, per channel. While training mean and (biased) variance are those " +
    "of the batch, over samples, rows and columns, and the running mean and (unbiased) variance move towards them by " +
    "`momentum`; in inference, and where it is frozen, the running values are used, folded into one multiplication and " +
    "one addition (Ioffe & Szegedy 2015, arXiv:1502.03167; PyTorch's defaults).",
  operands: ["x"],
  attributes: {
    momentum: real({ doc: "How far the running values move in a step.", default: 0.1, min: 0, max: 1 }),
    eps: real({ doc: "Added to the variance.", default: 1e-5, min: 0 }),
  },
  parameters: ({ operands: [x] }) => {
    const shape = [x!.shape[0]!];
    return [
      { name: "weight", shape, initial: { kind: "ones" } },
      { name: "bias", shape, initial: { kind: "zeros" } },
      { name: "running_mean", shape, initial: { kind: "zeros" }, trained: false },
      { name: "running_var", shape, initial: { kind: "ones" }, trained: false },
    ];
  },
  shape: ({ operands: [x], fail }) =>
    x!.dtype === "f32" ? x! : fail("CNN308", { operator: "batch_norm", expected: "f32", found: x!.dtype }, "x"),
  lower: ({ b, operands: [x], parameters, attributes: { momentum, eps }, training }) => {
    const [gamma, beta, mean, variance] = parameters as [string, string, string, string];
    if (training) {
      const channels = b.typeOf(gamma).shape;
      const own = { mean: b.result("mean", channels), invStd: b.result("inv_std", channels) };
      return b.node({ family: "batch_norm", momentum, eps, ...own }, [x!, gamma, beta, mean, variance]);
    }
    const scale = b.map(e.div(e.value(gamma), e.sqrt(e.add(e.value(variance), eps))), undefined, { part: "scale" });
    const shift = b.map(e.sub(e.value(beta), e.mul(e.value(mean), e.value(scale))), undefined, { part: "shift" });
    return b.map(e.add(e.mul(e.value(x!), e.value(scale)), e.value(shift)), () => ({
      [x!]: e.mul(e.gradient, e.value(scale)),
    }));
  },
  standardises: () => ({ moments: "batch", perChannel: true }),
  onnx: ({ b, operands: [x], parameters, attributes: { momentum, eps } }) => {
    const attributes = { epsilon: { float: eps }, momentum: { float: 1 - momentum } };
    return b.node("BatchNormalization", [x!, ...parameters], attributes);
  },
  reference: ({ operands: [x], parameters, attributes: { eps } }) =>
    apply(x!, parameters, parameters[2]!.data, parameters[3]!.data, eps),
  trainingReference: ({ operands: [x], parameters, attributes: { eps } }) => {
    const { mean, variance } = moments(x!);
    return apply(x!, parameters, mean, variance, eps);
  },
  samples: [
    { link: "batch_norm", input: [5, 4, 6], batch: 3 },
    { link: "batch_norm", input: [33], batch: 17 },
    { link: "conv(20, kernel=3, pad=1, bias=false) -> batch_norm -> relu -> max_pool(2)", input: [5, 12], batch: 3 },
    { link: "conv(20, kernel=3, pad=1, bias=false) -> batch_norm -> relu", input: [3, 7, 5], batch: 1 },
    {
      link: "conv(6, kernel=3, pad=1, bias=false) -> batch_norm -> tanh -> conv(6, kernel=1, bias=false) -> batch_norm -> add(x)",
      input: [6, 5, 5],
      batch: 3,
    },
  ],
});
