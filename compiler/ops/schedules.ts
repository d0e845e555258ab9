import { e, type Expression } from "../ir/expression.ts";
import { real } from "../opkit/attributes.ts";
import { defineSchedule } from "../opkit/operator.ts";

const warmup = real({
  doc: "Share of all steps over which the rate rises linearly from near 0.",
  default: 0,
  min: 0,
  max: 1,
});

/** `rate` after a linear rise over the first `share` of all steps: lr·(step + 1)/(warm-up steps), at most lr. */
function afterWarmup(lr: number, share: number, rate: (progress: Expression) => Expression): Expression {
  const [step, total] = [e.scalar("step"), e.scalar("total_steps")];
  const rising = e.max(1, e.mul(total, share));
  const progress = e.div(e.sub(step, rising), e.max(1, e.sub(total, rising)));
  if (share === 0) return rate(e.div(step, e.max(1, total)));
  const warm = e.min(lr, e.div(e.mul(e.add(step, 1), lr), rising));
  return e.whereGreater(rising, e.add(step, 0.5), warm, rate(e.max(0, progress)));
}

export const constant = defineSchedule({
  name: "constant",
  summary: "The same learning rate throughout, after a warm-up.",
  doc: "lr(t) = lr, after lr·(step + 1)/(warmup·steps) during the warm-up.",
  attributes: { warmup },
  rate: (lr, { warmup }) => afterWarmup(lr, warmup, () => e.constant(lr)),
});

export const cosine = defineSchedule({
  name: "cosine",
  summary: "Falls along half a cosine to the floor.",
  doc:
    "lr(t) = floor + (lr - floor)·(1 + cos(π·t))/2, t from 0 to 1 after the warm-up " +
    "(Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts).",
  attributes: { warmup, floor: real({ doc: "The last learning rate.", default: 0, min: 0 }) },
  rate: (lr, { warmup, floor }) =>
    afterWarmup(lr, warmup, (t) => e.add(floor, e.mul(e.add(1, e.cos(e.mul(t, Math.PI))), (lr - floor) / 2))),
});
