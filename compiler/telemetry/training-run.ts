import type { DeadUnits, OutputEvaluation } from "../../runtime/index.ts";

/** What is told of an epoch: a line of the log, an entry of `--json`, a point of each curve. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps done, in all epochs together. */
  readonly step: number;
  /** It and the metrics are means over the epoch's samples, each taken before its step. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly validation?: {
    readonly top1?: number;
    /** By `OUTPUT.MEASURE`, under the names of the metrics where these measure the same. */
    readonly metrics: Readonly<Record<string, number>>;
  };
  readonly deadUnits: readonly DeadUnits[];
  /** Of each layer that learns: the L2 norm of its gradient in the epoch's last step, before clipping. */
  readonly gradientNorms: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** All that the page about a run shows. Pictures are data URLs. */
export interface TrainingRun {
  readonly model: string;
  readonly doc?: string | undefined;
  readonly epochs: readonly EpochRecord[];
  /** Absent where no data was measured after the last epoch. */
  readonly evaluation?: RunEvaluation | undefined;
  readonly filters?: Filters | undefined;
  /** Those that learn or rectify, in the order of the network. */
  readonly layers: readonly RunLayer[];
  /** Options, versions, the machine: names and what they were. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export interface RunEvaluation {
  /** What was measured. */
  readonly part: "test" | "validation";
  /** Which weights were: "last weights". */
  readonly weights: string;
  readonly samples: number;
  readonly outputs: Readonly<Record<string, OutputEvaluation>>;
  /** Of the first class output, the largest loss first. */
  readonly worst: readonly WorstExample[];
}

export interface WorstExample {
  readonly sample: number;
  readonly truth: string;
  readonly predicted: string;
  readonly probability: number;
  readonly loss: number;
  /** Absent where the input is no picture. */
  readonly picture?: string | undefined;
}

/** The weights of the convolution that sees the pictures, one picture for each of its channels. */
export interface Filters {
  readonly layer: string;
  /** How many there are; of very many only the first are shown. */
  readonly count: number;
  readonly pictures: readonly string[];
}

export interface RunLayer {
  readonly name: string;
  readonly operator: string;
  readonly shape: readonly number[];
  readonly parameters: number;
}
