import type { ModelTypes } from "../bind/model-types.ts";
import type { Trainer } from "../bind/trainer.ts";

export interface CheckpointOptions {
  /** Replaced by each checkpoint, only when all of it is written. */
  readonly path: string | URL;
  /** How old the last checkpoint may get within an epoch; default 60. 0: one after every step. */
  readonly seconds?: number;
}

/** Keeps the file of a run up to date, so that a run that is killed loses little. */
export class Checkpoints<M extends ModelTypes> {
  readonly #trainer: Trainer<M>;
  readonly #options: CheckpointOptions | undefined;
  #time = performance.now();
  #step: number;

  constructor(trainer: Trainer<M>, options: CheckpointOptions | undefined) {
    this.#trainer = trainer;
    this.#options = options;
    this.#step = trainer.steps;
  }

  async afterStep(): Promise<void> {
    const { seconds = 60 } = this.#options ?? {};
    if (performance.now() - this.#time >= seconds * 1000) await this.afterEpoch();
  }

  async afterEpoch(): Promise<void> {
    if (!this.#options || this.#step === this.#trainer.steps) return;
    await this.#trainer.save(this.#options.path);
    this.#step = this.#trainer.steps;
    this.#time = performance.now();
  }
}
