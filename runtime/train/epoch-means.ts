import type { ModelTypes } from "../bind/model-types.ts";
import type { StepResult } from "../bind/trainer.ts";

/** Sums over the samples of an epoch so far: a run that goes on in its middle ends it with the same means. */
export interface EpochSums {
  readonly samples: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the latest step. */
  readonly learningRate: number;
}

/** Means over samples: a short last batch counts for what it is. */
export class EpochMeans<M extends ModelTypes> {
  #sums: EpochSums;

  constructor(sums: EpochSums = { samples: 0, loss: 0, metrics: {}, learningRate: NaN }) {
    this.#sums = sums;
  }

  get sums(): EpochSums {
    return this.#sums;
  }

  add({ loss, metrics }: StepResult<M>, samples: number, learningRate: number): void {
    const before = this.#sums;
    this.#sums = {
      samples: before.samples + samples,
      loss: before.loss + loss * samples,
      metrics: Object.fromEntries(
        Object.entries<number>(metrics).map(([name, value]) => [name, (before.metrics[name] ?? 0) + value * samples]),
      ),
      learningRate,
    };
  }

  result(): StepResult<M> & { readonly learningRate: number } {
    const { samples, loss, metrics, learningRate } = this.#sums;
    const means = Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [name, sum / samples]));
    return { loss: loss / samples, metrics: means as StepResult<M>["metrics"], learningRate };
  }
}
