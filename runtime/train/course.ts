import { firstNonFinite } from "../bind/load-weights.ts";
import type { ModelTypes } from "../bind/model-types.ts";
import type { Net } from "../bind/net.ts";
import type { RunMemory } from "../bind/trainer.ts";
import { CnncError, CnncWeightsError } from "../errors.ts";
import type { TensorToWrite } from "../weights/write-safetensors.ts";
import { EpochMeans, type EpochSums } from "./epoch-means.ts";
import type { Evaluation } from "./evaluate.ts";
import { qualityOf, scoreOf, type Score } from "./score.ts";

/** The epoch whose weights measured best on the validation data. */
export interface BestEpoch {
  /** From 0. */
  readonly epoch: number;
  readonly score: Score;
}

/** What of it stands in a checkpoint, as JSON; the best epoch's weights are tensors beside it. */
interface Progress {
  readonly closed: number;
  readonly patience?: number;
  readonly sums?: EpochSums;
  readonly best?: BestEpoch;
}

export interface CourseOptions {
  /** Epochs that were done before anything was remembered. */
  readonly epochs: number;
  readonly patience: number | undefined;
  /** Whether the best epoch is looked for. */
  readonly measured: boolean;
  /** Whether its weights shall be known. */
  readonly keepBest: boolean;
}

/** How a run has gone so far, from epoch to epoch, so that one that goes on judges as if there had been no stop. */
export class Course<M extends ModelTypes> {
  /** Epochs in a row without a better one after which the run is over. */
  readonly patience: number | undefined;
  readonly #net: Net<M>;
  readonly #keepBest: boolean;
  #closed: number;
  #open: EpochMeans<M>;
  #best: BestEpoch | undefined;
  #weights: readonly TensorToWrite[] | undefined;

  constructor(net: Net<M>, memory: RunMemory | undefined, options: CourseOptions) {
    const saved = memory && progressOf(memory.text);
    this.#net = net;
    this.patience = options.patience ?? saved?.patience;
    this.#closed = saved?.closed ?? options.epochs;
    this.#open = new EpochMeans(saved?.sums);
    this.#keepBest = options.keepBest || this.patience !== undefined;
    if (!this.#keepBest) return;
    if (!options.measured) throw new CnncError("the best epoch is found by validation data, and there are none");
    // A best epoch without its weights cannot be gone back to: the next one counts as the first.
    if (memory?.values) [this.#best, this.#weights] = [saved?.best, memory.values];
  }

  /** Epochs that are over: trained, and measured. */
  get closed(): number {
    return this.#closed;
  }

  /** Means of the epoch that is trained. */
  get open(): EpochMeans<M> {
    return this.#open;
  }

  get best(): BestEpoch | undefined {
    return this.#best;
  }

  /** Of the best epoch. */
  get weights(): readonly TensorToWrite[] | undefined {
    return this.#weights;
  }

  /** Whether the last epochs, as many as patience has, were no better than one before them. */
  get impatient(): boolean {
    return (
      this.patience !== undefined && this.#best !== undefined && this.#closed - 1 - this.#best.epoch >= this.patience
    );
  }

  /** An epoch is over; tells whether it is the best so far. */
  close(evaluation: Evaluation | undefined): boolean {
    const epoch = this.#closed++;
    this.#open = new EpochMeans();
    if (!this.#keepBest || !evaluation) return false;
    const score = scoreOf(evaluation);
    const better = this.#best ? qualityOf(score) > qualityOf(this.#best.score) : Number.isFinite(score.value);
    if (!better) return false;
    const weights = this.#net.weightTensors();
    // Some measures are numbers where the weights are none.
    if (!weights.every(({ read }) => firstNonFinite(read()) < 0)) return false;
    [this.#best, this.#weights] = [{ epoch, score }, weights];
    return true;
  }

  /** The net's weights become those of the best epoch, where there is patience; tells whether they have. */
  restoreBest(): boolean {
    if (this.patience === undefined || !this.#weights) return false;
    for (const { name, read } of this.#weights) this.#net.parameters.set(name, read());
    return true;
  }

  get memory(): RunMemory {
    const { sums } = this.#open;
    const progress: Progress = {
      closed: this.#closed,
      ...(this.patience !== undefined && { patience: this.patience }),
      ...(sums.samples > 0 && { sums }),
      ...(this.#best && { best: this.#best }),
    };
    return { text: JSON.stringify(progress), values: this.#weights };
  }
}

/** Files are not believed; what it says of scores and means is shown, not computed with addresses. */
function progressOf(text: string): Progress {
  const wrong = (cause?: unknown) =>
    new CnncWeightsError("what the checkpoint remembers of its run cannot be read", { cause });
  try {
    const progress = JSON.parse(text) as Progress;
    if (Number.isSafeInteger(progress.closed) && progress.closed >= 0) return progress;
  } catch (error) {
    throw wrong(error);
  }
  throw wrong();
}
