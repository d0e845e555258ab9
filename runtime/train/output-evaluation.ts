import type { OutputManifest } from "../bind/manifest.ts";
import { elementCount } from "../tensor/typed-array.ts";
import type { ClassEvaluation } from "./class-evaluation.ts";

/** How well probabilities of labels agree with the truth. */
export interface LabelsEvaluation {
  readonly kind: "labels";
  /** Share of labels that are decided, at a half, as the truth has them. */
  readonly accuracy: number;
}

/** How well a mask agrees with the truth, both taken at a half: means over samples, 1 where both are empty. */
export interface MaskEvaluation {
  readonly kind: "mask";
  /** Pixels in both masks, of those in either. */
  readonly iou: number;
  /** Twice the pixels in both masks, of those in one and those in the other. */
  readonly dice: number;
}

/** How far numbers are from the truth. */
export interface TensorEvaluation {
  readonly kind: "tensor";
  /** Mean absolute error. */
  readonly mae: number;
}

export type OutputEvaluation = ClassEvaluation | LabelsEvaluation | MaskEvaluation | TensorEvaluation;

/** Means over samples of what each says about an output that is no class. */
export class ElementCounter {
  readonly #kind: "labels" | "mask" | "tensor";
  readonly #size: number;
  #samples = 0;
  #first = 0;
  #second = 0;

  constructor({ shape }: OutputManifest, kind: "labels" | "mask" | "tensor") {
    this.#kind = kind;
    this.#size = elementCount(shape);
  }

  /** Elements of one sample. */
  get size(): number {
    return this.#size;
  }

  add(values: Float32Array, truths: ArrayLike<number>): void {
    for (let from = 0; from < truths.length; from += this.#size) {
      if (this.#kind === "mask") this.#addMask(values, truths, from);
      else this.#addMean(values, truths, from);
      this.#samples++;
    }
  }

  result(): Exclude<OutputEvaluation, ClassEvaluation> {
    const [first, second] = [this.#first / this.#samples, this.#second / this.#samples];
    switch (this.#kind) {
      case "labels":
        return { kind: "labels", accuracy: first };
      case "mask":
        return { kind: "mask", iou: first, dice: second };
      case "tensor":
        return { kind: "tensor", mae: first };
    }
  }

  #addMask(values: Float32Array, truths: ArrayLike<number>, from: number): void {
    let [both, either] = [0, 0];
    for (let i = from; i < from + this.#size; i++) {
      const [found, truth] = [values[i]! > 0.5, truths[i]! > 0.5];
      if (found && truth) both++;
      if (found || truth) either++;
    }
    this.#first += either > 0 ? both / either : 1;
    this.#second += either > 0 ? (2 * both) / (both + either) : 1;
  }

  #addMean(values: Float32Array, truths: ArrayLike<number>, from: number): void {
    let sum = 0;
    for (let i = from; i < from + this.#size; i++) {
      if (this.#kind === "tensor") sum += Math.abs(values[i]! - truths[i]!);
      else if (values[i]! > 0.5 === truths[i]! > 0.5) sum++;
    }
    this.#first += sum / this.#size;
  }
}
