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

export const step = defineSchedule({
  name: "step",
  summary: "Falls by a factor at regular shares of the training.",
  doc: "lr(t) = lr·factor^floor(t/every), t from 0 to 1 after the warm-up: every=0.3 falls at 30%, 60% and 90%.",
  attributes: {
    warmup,
    every: real({ doc: "Share of the training between falls.", default: 0.3, min: 0.001, max: 1 }),
    factor: real({ doc: "What the rate is multiplied by.", default: 0.1, min: 0, max: 1 }),
  },
  rate: (lr, { warmup, every, factor }) => {
    const falls = Math.ceil(1 / every - 1e-9) - 1;
    return afterWarmup(lr, warmup, (t) => {
      let rate: Expression = e.constant(lr);
      // A hair early, so that a share which is exact in decimal falls at its own step.
      for (let k = 1; k <= falls; k++) rate = e.whereGreater(t, k * every - 1e-9, lr * factor ** k, rate);
      return rate;
    });
  },
});

export const oneCycle = defineSchedule({
  name: "one_cycle",
  summary: "Rises to the rate along a cosine, then falls far below where it began.",
  doc:
    "From lr/start to lr along half a cosine over the first `rise` of the training, then along half a cosine down to " +
    "lr/start/end (Smith & Topin 2018, arXiv:1708.07120; cosine form as in PyTorch's OneCycleLR).",
  attributes: {
    rise: real({ doc: "Share of the training that rises.", default: 0.3, min: 0.001, max: 0.999 }),
    start: real({ doc: "The rate begins at lr/start.", default: 25, min: 1 }),
    end: real({ doc: "It ends at lr/start/end.", default: 10_000, min: 1 }),
  },
  rate: (lr, { rise, start, end }) => {
    // As in PyTorch the last step, number total - 1, has the last rate.
    const t = e.div(e.scalar("step"), e.max(1, e.sub(e.scalar("total_steps"), 1)));
    const along = (from: number, to: number, share: Expression): Expression =>
      e.add(to, e.mul(e.add(1, e.cos(e.mul(share, Math.PI))), (from - to) / 2));
    const rising = along(lr / start, lr, e.div(t, rise));
    const falling = along(lr, lr / start / end, e.div(e.sub(t, rise), 1 - rise));
    return e.whereGreater(rise, t, rising, falling);
  },
});
