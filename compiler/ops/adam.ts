import { e, type Expression } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { defineOptimizer } from "../opkit/operator.ts";

const attributes = {
  lr: real({ doc: "Learning rate, before the schedule.", default: 1e-3, min: 0 }),
  beta1: real({ doc: "Share of the last mean of gradients that is kept.", default: 0.9, min: 0, max: 0.999999 }),
  beta2: real({
    doc: "Share of the last mean of squared gradients that is kept.",
    default: 0.999,
    min: 0,
    max: 0.999999,
  }),
  eps: real({ doc: "Added to the root, against division by zero.", default: 1e-8, min: 0 }),
};

interface Betas {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

/** 1 - β^t, t counting steps from 1. */
function correction(beta: number): Expression {
  return e.sub(1, e.exp(e.mul(e.add(e.scalar("step"), 1), Math.log(Math.max(beta, 1e-300)))));
}

/** Moments of `gradient`, then weight ← start - lr·m̂/(√v̂ + eps). */
function moments(gradient: Expression, start: Expression, { beta1, beta2, eps }: Betas) {
  const [mean, square] = [e.value("mean"), e.value("square")];
  const root = e.add(e.sqrt(e.div(square, correction(beta2))), eps);
  const rate = e.div(e.scalar("learning_rate"), correction(beta1));
  return [
    { value: "mean", expression: e.add(e.mul(mean, beta1), e.mul(gradient, 1 - beta1)) },
    { value: "square", expression: e.add(e.mul(square, beta2), e.mul(e.square(gradient), 1 - beta2)) },
    { value: "weight", expression: e.sub(start, e.div(e.mul(rate, mean), root)) },
  ];
}

const update = "m ← β1·m + (1-β1)·g; v ← β2·v + (1-β2)·g²; w ← w - lr·(m/(1-β1^t))/(√(v/(1-β2^t)) + eps)";

export const adam = defineOptimizer({
  name: "adam",
  summary: "Adaptive moments: a step size of its own for each weight.",
  doc: `g ← gradient + weight_decay·w; ${update} (Kingma & Ba 2015, arXiv:1412.6980).`,
  attributes: {
    ...attributes,
    weight_decay: real({ doc: "Pull of weights towards zero, through the gradient.", default: 0, min: 0 }),
  },
  slots: () => ["mean", "square"],
  update: ({ weight_decay, ...betas }) => {
    const [weight, gradient] = [e.value("weight"), e.value("gradient")];
    const decayed = weight_decay > 0 ? e.add(e.mul(weight, weight_decay), gradient) : gradient;
    return moments(decayed, weight, betas);
  },
});

export const adamw = defineOptimizer({
  name: "adamw",
  summary: "Adam with weight decay apart from the gradient.",
  doc: `w ← w - lr·weight_decay·w; then, with g the gradient: ${update} (Loshchilov & Hutter 2019, arXiv:1711.05101).`,
  attributes: {
    ...attributes,
    weight_decay: real({ doc: "Pull of weights towards zero, times the learning rate.", default: 0.01, min: 0 }),
  },
  slots: () => ["mean", "square"],
  update: ({ weight_decay, ...betas }) => {
    const [weight, gradient] = [e.value("weight"), e.value("gradient")];
    const kept = e.sub(1, e.mul(e.scalar("learning_rate"), weight_decay));
    return moments(gradient, weight_decay > 0 ? e.mul(weight, kept) : weight, betas);
  },
});
