/** How well a mask, cut at one half, agrees with the truth. */
export interface MaskEvaluation {
  readonly kind: "mask";
  /** Intersection over union of the set pixels, over all samples together; 1 where both are empty. */
  readonly iou: number;
  /** Share of pixels that agree. */
  readonly accuracy: number;
}

export class MaskCounter {
  #both = 0;
  #either = 0;
  #agree = 0;
  #pixels = 0;

  add(values: Float32Array, truths: ArrayLike<number>): void {
    for (let i = 0; i < truths.length; i++) {
      const predicted = values[i]! > 0.5;
      const real = truths[i]! > 0.5;
      if (predicted && real) this.#both++;
      if (predicted || real) this.#either++;
      if (predicted === real) this.#agree++;
    }
    this.#pixels += truths.length;
  }

  result(): MaskEvaluation {
    return {
      kind: "mask",
      iou: this.#either > 0 ? this.#both / this.#either : 1,
      accuracy: this.#agree / Math.max(this.#pixels, 1),
    };
  }
}
