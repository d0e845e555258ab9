import { e } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { defineElementwiseLoss } from "../opkit/elementwise-loss.ts";

const targets = ["tensor", "labels", "mask"] as const;

export const mse = defineElementwiseLoss({
  name: "mse",
  summary: "Mean squared error.",
  doc: "loss = (x - t)², the mean over elements and over the batch. Its derivative is 2·(x - t).",
  targets,
  term: (x, t) => e.square(e.sub(x, t)),
  derivative: (x, t) => e.mul(e.sub(x, t), 2),
  reference: (x, t) => (x - t) ** 2,
});

export const l1 = defineElementwiseLoss({
  name: "l1",
  summary: "Mean absolute error: outliers weigh less than squared.",
  doc: "loss = |x - t|, the mean over elements and over the batch. Its derivative is the sign of x - t, 0 where they are equal.",
  targets,
  term: (x, t) => e.max(e.sub(x, t), e.sub(t, x)),
  derivative: (x, t) => e.whereGreater(x, t, 1, e.whereGreater(t, x, -1, 0)),
  reference: (x, t) => Math.abs(x - t),
});

export const huber = defineElementwiseLoss({
  name: "huber",
  summary: "Squared error where it is small, absolute error beyond.",
  doc:
    "With d = x - t, loss = d²/2 for |d| ≤ delta and delta·(|d| - delta/2) beyond, the mean over elements and over the " +
    "batch. Its derivative is d, held within ±delta (Huber 1964).",
  attributes: { delta: real({ doc: "Where the square goes over into a line.", default: 1, min: 1e-6 }) },
  targets,
  term: (x, t, { delta }) => {
    const [d, size] = [e.sub(x, t), e.max(e.sub(x, t), e.sub(t, x))];
    return e.whereGreater(size, delta, e.mul(e.sub(size, delta / 2), delta), e.mul(e.square(d), 0.5));
  },
  derivative: (x, t, { delta }) => e.min(e.max(e.sub(x, t), -delta), delta),
  reference: (x, t, { delta }) => {
    const d = Math.abs(x - t);
    return d > delta ? delta * (d - delta / 2) : d ** 2 / 2;
  },
});
