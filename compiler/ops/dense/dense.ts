import { e } from "../../ir/expression.ts";
import { flag, whole } from "../../opkit/attributes.ts";
import { initializer } from "../../opkit/initializer.ts";
import { defineOperator, type ParameterSpec } from "../../opkit/operator.ts";
import { tensor } from "../../opkit/tensor.ts";
import { checkRank } from "../../opkit/windows.ts";

export const dense = defineOperator({
  name: "dense",
  category: "dense",
  summary: "Fully connected layer: every output sees every input.",
  doc: "y[k] = bias[k] + Σ_i w[k, i] · x[i]. The operand is a vector; put `flatten` in front of an image. PyTorch's `nn.Linear`.",
  operands: ["x"],
  attributes: {
    units: whole({ doc: "Output values.", min: 1 }),
    bias: flag({ doc: "Add a learned number per output.", default: true }),
    init: initializer,
  },
  parameters: ({ operands: [x], attributes: { units, bias } }) => {
    const inputs = x!.shape[0]!;
    const weight: ParameterSpec = {
      name: "weight",
      shape: [units, inputs],
      initial: { kind: "weight", fanIn: inputs, fanOut: units },
    };
    return bias ? [weight, { name: "bias", shape: [units], initial: { kind: "zeros" } }] : [weight];
  },
  shape: ({ operands: [x], attributes: { units }, fail, warn }) => {
    checkRank("dense", x!, [1], "a vector", { fail, warn });
    return { dtype: "f32", shape: [units] };
  },
  lower: ({ b, operands: [x], parameters: [weight, bias] }) => {
    if (bias === undefined) return b.node({ family: "dense" }, [x!, weight!]);
    const product = b.node({ family: "dense" }, [x!, weight!], { part: "product" });
    return b.map(e.add(e.value(product), e.value(bias)), () => ({ [product]: e.gradient, [bias]: e.gradient }));
  },
  macs: ({ operands: [x], attributes: { units } }) => x!.shape[0]! * units,
  onnx: ({ b, operands: [x], parameters }) => b.node("Gemm", [x!, ...parameters], { transB: 1 }),
  reference: ({ operands: [x], parameters: [weight, bias], attributes: { units } }) => {
    const [samples = 1, inputs = 1] = x!.shape;
    const y = tensor([samples, units]);
    for (let n = 0; n < samples; n++)
      for (let k = 0; k < units; k++) {
        let sum = bias?.data[k] ?? 0;
        for (let i = 0; i < inputs; i++) sum += weight!.data[k * inputs + i]! * x!.data[n * inputs + i]!;
        y.data[n * units + k] = sum;
      }
    return y;
  },
  samples: [
    { link: "dense(10)", input: [84], batch: 17 },
    { link: "dense(120)", input: [400], batch: 3 },
    { link: "dense(37, bias=false)", input: [5], batch: 1 },
    { link: "dense(1)", input: [19], batch: 3 },
    { link: "flatten -> dense(21)", input: [6, 3, 5], batch: 9 },
  ],
});
