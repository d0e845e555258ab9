import { e, type Expression } from "../../ir/expression.ts";
import { real, whole, type Values } from "../../opkit/attributes.ts";
import type { OnnxContext, OnnxName } from "../../opkit/onnx.ts";
import { defineOperator } from "../../opkit/operator.ts";
import { mapTensor } from "../../opkit/tensor.ts";
import { sizeOf } from "../../shape/tensor-type.ts";

const attributes = {
  size: whole({
    doc: "Neighbouring channels whose squares are summed, the channel itself among them.",
    default: 5,
    min: 1,
  }),
  alpha: real({ doc: "Weight of the mean of the squares.", default: 1e-4, min: 0 }),
  beta: real({ doc: "Exponent.", default: 0.75, min: 0 }),
  k: real({ doc: "Added to the mean.", default: 1, min: 1e-6 }),
};

/** An even window reaches one channel further up than down, as in ONNX. */
const reach = (size: number) => ({ before: Math.floor((size - 1) / 2), after: Math.ceil((size - 1) / 2) });

/** d^-beta; of AlexNet's exponent by square roots, which are quicker than a logarithm. */
function inversePower(d: Expression, beta: number): Expression {
  if (beta !== 0.75) return e.exp(e.mul(-beta, e.log(d)));
  const root = e.sqrt(d);
  return e.div(1, e.mul(root, e.sqrt(root)));
}

/** k + alpha/size·Σ x² */
const denominator = (sum: Expression, { size, alpha, k }: Values<typeof attributes>): Expression =>
  e.add(e.mul(sum, alpha / size), k);

type Context = OnnxContext<typeof attributes>;

/** Runtimes have `LRN` of [N, C, H, W]. */
function onnxOdd({ b, operands: [x], type, attributes: { size, alpha, beta, k } }: Context): OnnxName {
  const missing = [2, 3].slice(type.shape.length - 1);
  const numbers = { alpha: { float: alpha }, beta: { float: beta }, bias: { float: k } };
  const y = b.node("LRN", [b.unsqueeze(x!, missing)], { size, ...numbers });
  return missing.length === 0 ? y : b.node("Squeeze", [y, b.whole(missing)]);
}

/** The standard has even sizes too, but onnxruntime refuses them: the mean is that of a pool along the channels of [N, 1, C, H·W]. */
function onnxEven({ b, operands: [x], type, attributes: { size, alpha, beta, k } }: Context): OnnxName {
  const { before, after } = reach(size);
  const squares = b.node("Reshape", [b.node("Mul", [x!, x!]), b.whole([0, 1, type.shape[0]!, -1])]);
  const window = { kernel_shape: [size, 1], strides: [1, 1], pads: [before, 0, after, 0], count_include_pad: 1 };
  const mean = b.node("Reshape", [b.node("AveragePool", [squares], window), b.whole([0, ...type.shape])]);
  const d = b.node("Add", [b.node("Mul", [mean, b.constant(alpha)]), b.constant(k)]);
  return b.node("Div", [x!, b.node("Pow", [d, b.constant(beta)])]);
}

export const lrn = defineOperator({
  name: "lrn",
  category: "normalisation",
  summary: "Divides each value by how large those of neighbouring channels are.",
  doc:
    "y[c] = x[c]/(k + alpha/size·Σ_j x[j]²)^beta at each position, j from c - ⌊(size - 1)/2⌋ to c + ⌈(size - 1)/2⌉ as far as " +
    "there are such channels: ONNX's `LRN`, and for odd sizes PyTorch's `LocalResponseNorm` (for an even size PyTorch's window reaches " +
    "further down instead of up). In the paper (Krizhevsky et al. 2012, section 3.3) α weighs the sum, not the mean: its α = 1e-4 with " +
    "n = 5, k = 2 is `lrn(5, alpha=5e-4, k=2)`.",
  operands: ["x"],
  attributes,
  shape: ({ operands: [x], fail }) =>
    x!.dtype === "f32" ? x! : fail("CNN308", { operator: "lrn", expected: "f32", found: x!.dtype }, "x"),
  lower: ({ b, operands: [x], attributes: values }) => {
    const given = e.value(x!);
    const squares = b.map(e.square(given), () => ({ [x!]: e.mul(e.mul(2, given), e.gradient) }), { part: "squares" });
    const sum = b.node({ family: "channel_window", ...reach(values.size) }, [squares], { part: "sum" });
    const d = denominator(e.value(sum), values);
    // dp/ds = -beta·(alpha/size)·p/d
    const slope = (-values.beta * values.alpha) / values.size;
    const power = b.map(
      inversePower(d, values.beta),
      (p) => ({ [sum]: e.mul(e.gradient, e.div(e.mul(slope, e.value(p)), d)) }),
      { part: "power" },
    );
    return b.map(e.mul(given, e.value(power)), () => ({
      [x!]: e.mul(e.gradient, e.value(power)),
      [power]: e.mul(e.gradient, given),
    }));
  },
  onnx: (c) => (c.attributes.size % 2 === 1 ? onnxOdd(c) : onnxEven(c)),
  reference: ({ operands: [x], attributes: { size, alpha, beta, k } }) => {
    const [, channels = 1] = x!.shape;
    const plane = sizeOf(x!.shape.slice(2));
    const { before, after } = reach(size);
    return mapTensor(x!, (value, i) => {
      const c = Math.floor(i / plane) % channels;
      let sum = 0;
      for (let j = Math.max(-before, -c); j <= Math.min(after, channels - 1 - c); j++)
        sum += x!.data[i + j * plane]! ** 2;
      return value / (k + (alpha / size) * sum) ** beta;
    });
  },
  // An alpha that makes the sum matter.
  samples: [
    { link: "lrn", input: [5, 4, 6], batch: 3 },
    { link: "lrn(5, alpha=2, k=2)", input: [20, 3, 7], batch: 3 },
    { link: "lrn(3, alpha=2)", input: [12, 5], batch: 3 },
    { link: "lrn(4, alpha=3)", input: [33, 2, 3], batch: 1 },
    { link: "lrn(size=7, alpha=5, beta=0.5, k=0.5)", input: [33], batch: 17 },
    { link: "lrn(9, alpha=4, beta=1.2)", input: [3, 5, 2], batch: 2 },
    { link: "conv(20, kernel=3) -> relu -> lrn(5, alpha=2, k=2) -> max_pool(3, stride=2)", input: [3, 9, 9], batch: 3 },
  ],
});
