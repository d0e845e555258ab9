import { e } from "../ir/expression.ts";
import { flag, real } from "../opkit/attributes.ts";
import { defineOptimizer } from "../opkit/operator.ts";

export const sgd = defineOptimizer({
  name: "sgd",
  summary: "Stochastic gradient descent, with momentum.",
  doc:
    "g ← gradient + weight_decay·w; v ← momentum·v + g; w ← w - lr·v (nesterov: w - lr·(g + momentum·v)), " +
    "PyTorch's form (Sutskever et al. 2013).",
  attributes: {
    lr: real({ doc: "Learning rate, before the schedule.", min: 0 }),
    momentum: real({ doc: "Share of the last velocity that is kept.", default: 0, min: 0, max: 1 }),
    nesterov: flag({ doc: "Look ahead by the velocity.", default: false }),
    weight_decay: real({ doc: "Pull of weights towards zero.", default: 0, min: 0 }),
  },
  slots: ({ momentum }) => (momentum > 0 ? ["velocity"] : []),
  update: ({ momentum, nesterov, weight_decay }) => {
    const [weight, gradient, velocity] = [e.value("weight"), e.value("gradient"), e.value("velocity")];
    const rate = e.scalar("learning_rate");
    const decayed = weight_decay > 0 ? e.add(gradient, e.mul(weight, weight_decay)) : gradient;
    if (momentum === 0) return [{ value: "weight", expression: e.sub(weight, e.mul(rate, decayed)) }];
    const step = nesterov ? e.add(decayed, e.mul(velocity, momentum)) : velocity;
    return [
      { value: "velocity", expression: e.add(e.mul(velocity, momentum), decayed) },
      { value: "weight", expression: e.sub(weight, e.mul(rate, step)) },
    ];
  },
});
