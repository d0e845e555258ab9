import { e } from "../ir/expression.ts";
import { range } from "../opkit/attributes.ts";
import { definePointwise } from "../opkit/pointwise.ts";

export const relu = definePointwise({
  name: "relu",
  summary: "Rectified linear unit: max(0, x).",
  doc:
    "y = max(0, x), elementwise; its derivative is 1 for x > 0 and 0 elsewhere (Nair & Hinton 2010). With " +
    "leak_grad=a..b the derivative for x ≤ 0 is drawn anew for every element and step, uniformly from [a, b): values " +
    "stay those of a ReLU, while units that never fire still learn. The draws depend on seed, layer, step, sample and " +
    "element alone.",
  attributes: {
    leak_grad: range({ doc: "Slopes of the gradient where x ≤ 0.", default: [0, 0], min: 0, max: 1 }),
  },
  forward: (x) => e.max(x, 0),
  gradient: ({
    y,
    dy,
    random,
    attributes: {
      leak_grad: [from, to],
    },
  }) => {
    if (to === 0) return e.whereGreater(y, 0, dy, 0);
    const slope = from === to ? from : e.add(e.mul(random, to - from), from);
    return e.whereGreater(y, 0, dy, e.mul(dy, slope));
  },
  onnx: (b, x) => b.node("Relu", [x]),
  reference: (x) => Math.max(0, x),
  initializer: "he",
  rectifies: true,
});
