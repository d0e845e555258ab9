import { e } from "../../ir/expression.ts";
import { real } from "../../opkit/attributes.ts";
import { defineOperator } from "../../opkit/operator.ts";

export const dropout = defineOperator({
  name: "dropout",
  category: "dropout",
  summary: "Sets a random share of values to zero while training.",
  doc:
    "While training each value is zeroed with probability p, the rest are scaled by 1/(1-p); in inference nothing " +
    "happens (Srivastava et al. 2014). The draws depend on seed, layer, step, sample and element alone, " +
    "so the backward pass draws them again and results are the same for any number of threads.",
  operands: ["x"],
  attributes: { p: real({ doc: "Share of values set to zero.", default: 0.5, min: 0, max: 0.999 }) },
  shape: ({ operands: [x], fail }) =>
    x!.dtype === "f32" ? x! : fail("CNN308", { operator: "dropout", expected: "f32", found: x!.dtype }, "x"),
  lower: ({ b, operands: [x], attributes: { p }, training }) => {
    if (!training || p === 0) return x!;
    const keep = (value: Parameters<typeof e.mul>[0]) =>
      e.whereGreater(p, e.random(b.layer), 0, e.mul(value, 1 / (1 - p)));
    return b.map(keep(e.value(x!)), () => ({ [x!]: keep(e.gradient) }));
  },
  stochastic: true,
  onnx: ({ operands: [x] }) => x!,
  reference: ({ operands: [x] }) => x!,
  samples: [
    { link: "dropout(0.25)", input: [120], batch: 3 },
    { link: "dropout", input: [5, 3, 7], batch: 3 },
    { link: "dropout", input: [5, 9], batch: 3 },
    { link: "dropout(0.1)", input: [20, 2, 3], batch: 1 },
    { link: "dropout(0.5)", input: [33], batch: 17 },
  ],
});
