import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { defineOptimizer } from "../opkit/operator.ts";

export const rmsprop = defineOptimizer({
  name: "rmsprop",
  summary: "Steps divided by the root of recent squared gradients.",
  doc:
    "g ← gradient + weight_decay·w; v ← α·v + (1-α)·g²; b ← momentum·b + g/(√v + eps); w ← w - lr·b, PyTorch's form " +
    "(Tieleman & Hinton 2012).",
  attributes: {
    lr: real({ doc: "Learning rate, before the schedule.", default: 0.01, min: 0 }),
    alpha: real({
      doc: "Share of the last mean of squared gradients that is kept.",
      default: 0.99,
      min: 0,
      max: 0.999999,
    }),
    eps: real({ doc: "Added to the root, against division by zero.", default: 1e-8, min: 0 }),
    momentum: real({ doc: "Share of the last step that is kept.", default: 0, min: 0, max: 1 }),
    weight_decay: real({ doc: "Pull of weights towards zero, through the gradient.", default: 0, min: 0 }),
  },
  slots: ({ momentum }) => (momentum > 0 ? ["square", "velocity"] : ["square"]),
  update: ({ alpha, eps, momentum, weight_decay }) => {
    const [weight, gradient, square, velocity] = ["weight", "gradient", "square", "velocity"].map(e.value) as [
      ReturnType<typeof e.value>,
      ReturnType<typeof e.value>,
      ReturnType<typeof e.value>,
      ReturnType<typeof e.value>,
    ];
    const decayed = weight_decay > 0 ? e.add(e.mul(weight, weight_decay), gradient) : gradient;
    const scaled = e.div(decayed, e.add(e.sqrt(square), eps));
    const rate = e.scalar("learning_rate");
    const first = { value: "square", expression: e.add(e.mul(square, alpha), e.mul(e.square(decayed), 1 - alpha)) };
    if (momentum === 0) return [first, { value: "weight", expression: e.sub(weight, e.mul(rate, scaled)) }];
    return [
      first,
      { value: "velocity", expression: e.add(e.mul(velocity, momentum), scaled) },
      { value: "weight", expression: e.sub(weight, e.mul(rate, velocity)) },
    ];
  },
});
