import * as path from "node:path";
import { CnncDivergedError, CnncWriteError } from "../../runtime/index.ts";
import type { CheckpointOptions, Trainer } from "../../runtime/index.ts";
import { CliError } from "./cli-error.ts";
import { formatCount } from "./columns.ts";
import { isExpected } from "./expected-errors.ts";
import type { AnyModel, AnyNet } from "./load.ts";
import { warn } from "./terminal.ts";

export interface RunFileOptions {
  /** Seconds. */
  readonly checkpoint: number;
  /** Checkpoints of so many epochs stay. */
  readonly keep: number;
  readonly keepBest?: boolean;
  readonly patience?: number;
  readonly validation: number;
}

/** `lenet.best.safetensors` beside `lenet.safetensors`. */
export function bestFile(out: string): string {
  const { dir, name, ext } = path.parse(out);
  return path.join(dir, `${name}.best${ext}`);
}

/** Before anything is compiled. */
export function checkRunFiles({ patience, keepBest, validation }: RunFileOptions): void {
  if (validation > 0 || (patience === undefined && keepBest !== true)) return;
  throw new CliError(
    `${patience === undefined ? "--keep-best" : "--patience"} needs samples that are kept aside`,
    "--validation 0.1 keeps a tenth of the training data aside",
  );
}

/** The files that a run writes while it goes on, and what is told when it fails. */
export class RunFiles {
  readonly checkpoints: CheckpointOptions;
  readonly #out: string;
  /** Of the latest checkpoint of this run. */
  #step: number | undefined;
  #failing = false;

  constructor(out: string, { checkpoint, keep, keepBest }: RunFileOptions, onWarning: () => void) {
    this.#out = out;
    this.checkpoints = {
      ...{ path: out, seconds: checkpoint, keep },
      ...(keepBest && { best: bestFile(out) }),
      onWrite: (step) => {
        this.#step = step;
        this.#failing = false;
      },
      onFailure: ({ message }) => {
        // Told once until it works again: a disk may be full for hours.
        if (this.#failing) return;
        this.#failing = true;
        onWarning();
        warn(`${message}; training goes on and will try again: make room there. ${this.#kept()}`);
      },
    };
  }

  /** The state of a run that was stopped; tells whether it could be written. */
  async save(trainer: Trainer<AnyModel>): Promise<boolean> {
    try {
      await trainer.save(this.#out);
      return true;
    } catch (error) {
      if (!isExpected(error)) throw error;
      warn(`${error.message}. ${this.#kept()}`);
      return false;
    }
  }

  /** In place of the checkpoint, at the end. */
  async saveWeights(net: AnyNet): Promise<void> {
    await net.save(this.#out);
    this.#step = undefined;
  }

  /** A failure of the run, with what can be done about it and how the run goes on. */
  explained(error: unknown): unknown {
    if (error instanceof CnncDivergedError) return new CliError(error.message, this.#before(), 1);
    const told = error instanceof CliError || isExpected(error);
    if (this.#step === undefined || !told) return error;
    const mend = mendOf(error) ?? (error instanceof CnncWriteError ? "make room there" : "mend that");
    return new CliError(error.message, `${mend}; then go on with --resume ${this.#out} (${this.#kept()})`);
  }

  #kept(): string {
    return this.#step === undefined
      ? "no checkpoint of this run is written yet"
      : `${this.#out} has the checkpoint of step ${formatCount(this.#step)}`;
  }

  /** The same steps would end in the same way. */
  #before(): string {
    return this.#step === undefined
      ? "nothing was written; change the network or its data and train anew"
      : `change the network or its data and train anew; ${this.#out} still has the checkpoint of step ${formatCount(this.#step)}, before that`;
  }
}

const mendOf = (error: Error): string | undefined => (error instanceof CliError ? error.mend : undefined);
