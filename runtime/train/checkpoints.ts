import * as fs from "node:fs/promises";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelTypes } from "../bind/model-types.ts";
import type { Trainer } from "../bind/trainer.ts";
import { CnncDivergedError, CnncWriteError } from "../errors.ts";
import { writeSafetensors } from "../weights/write-safetensors.ts";
import type { Course } from "./course.ts";

export interface CheckpointOptions {
  /** Replaced by each checkpoint, only when all of it is written. */
  readonly path: string | URL;
  /** How old the last checkpoint may get within an epoch; default 60. 0: one after every step. */
  readonly seconds?: number;
  /** How many checkpoints of ended epochs stay beside it: `run.epoch-07.safetensors` beside `run.safetensors`; default 0. */
  readonly keep?: number;
  /** A file for the weights of the epoch that measured best on the validation data. */
  readonly best?: string | URL;
  /** Called after each checkpoint. */
  readonly onWrite?: (step: number) => void;
  /**
   * Called with a checkpoint that cannot be written: training goes on, and the next one is tried in its turn. Without it, `fit`
   * rejects.
   */
  readonly onFailure?: (error: CnncWriteError) => void;
}

/** Keeps the files of a run up to date, so that a run that is killed loses little. */
export class Checkpoints<M extends ModelTypes> {
  readonly #trainer: Trainer<M>;
  readonly #course: Course<M>;
  readonly #options: CheckpointOptions | undefined;
  readonly #digits: number;
  #time = performance.now();
  /** The latest step that ended well, and that of the latest checkpoint. */
  #done: number;
  #written: number;

  constructor(trainer: Trainer<M>, course: Course<M>, epochs: number, options: CheckpointOptions | undefined) {
    this.#trainer = trainer;
    this.#course = course;
    this.#options = options;
    this.#digits = String(epochs).length;
    this.#done = this.#written = trainer.steps;
  }

  async afterStep(): Promise<void> {
    this.#done = this.#trainer.steps;
    const { seconds = 60 } = this.#options ?? {};
    if (performance.now() - this.#time >= seconds * 1000) await this.#attempt((options) => this.#write(options.path));
  }

  /** What is newest comes last: who is killed in between does the epoch's end again, and writes all again. */
  async afterEpoch(isBest: boolean): Promise<void> {
    if (isBest) await this.writeBest();
    await this.#attempt(async (options) => {
      await this.#keep(options);
      await this.#write(options.path);
    });
  }

  async writeBest(): Promise<void> {
    const { best, weights } = this.#course;
    if (!best || !weights) return;
    const { epoch, score } = best;
    const facts = { epoch: String(epoch + 1), metric: score.metric, value: String(score.value) };
    await this.#attempt(async (options) => {
      if (options.best !== undefined) await writeSafetensors(options.best, weights, facts);
    });
  }

  /** What a failure leaves is kept, where that is worth it: a whole step, and weights that are numbers. */
  async afterFailure(error: unknown): Promise<void> {
    const { steps } = this.#trainer;
    if (!this.#options || error instanceof CnncDivergedError || steps !== this.#done || steps === this.#written) return;
    // The failure itself is what is told.
    await this.#write(this.#options.path).catch(() => undefined);
  }

  async #attempt(write: (options: CheckpointOptions) => Promise<void>): Promise<void> {
    if (!this.#options) return;
    try {
      await write(this.#options);
    } catch (error) {
      if (!this.#options.onFailure || !(error instanceof CnncWriteError)) throw error;
      this.#options.onFailure(error);
    }
    this.#time = performance.now();
  }

  async #write(file: string | URL): Promise<void> {
    await this.#trainer.save(file);
    this.#written = this.#trainer.steps;
    this.#options?.onWrite?.(this.#written);
  }

  async #keep({ path: file, keep = 0 }: CheckpointOptions): Promise<void> {
    if (keep === 0) return;
    const { closed } = this.#course;
    await this.#trainer.save(this.#nameOf(file, closed));
    // One that a kill has left is behind the last that must go.
    for (let old = closed - keep; old > 0 && (await removed(this.#nameOf(file, old))); old--);
  }

  /** `run.epoch-07.safetensors`, the epoch from 1. */
  #nameOf(file: string | URL, epoch: number): string {
    const { dir, name, ext } = path.parse(file instanceof URL ? fileURLToPath(file) : file);
    return path.join(dir, `${name}.epoch-${String(epoch).padStart(this.#digits, "0")}${ext}`);
  }
}

/** Whether there was such a file. */
async function removed(file: string): Promise<boolean> {
  return fs.rm(file).then(
    () => true,
    () => false,
  );
}
