/** What a model says about one sample: a view of its row of probabilities, worked out when asked for. */
export class Prediction<Label extends string = string> {
  /** One number per class; shares memory with the other samples of the call. */
  readonly probabilities: Float32Array;
  readonly #labels: readonly Label[];
  #index = -1;

  constructor(probabilities: Float32Array, labels: readonly Label[]) {
    this.probabilities = probabilities;
    this.#labels = labels;
  }

  /** The most probable class; the first of equals. */
  get index(): number {
    if (this.#index < 0) this.#index = indexOfLargest(this.probabilities);
    return this.#index;
  }

  get label(): Label {
    return this.#labels[this.index]!;
  }

  get probability(): number {
    return this.probabilities[this.index]!;
  }

  /** The `count` most probable classes, the best first. */
  top(count: number): { label: Label; index: number; probability: number }[] {
    const order = Array.from(this.probabilities.keys());
    order.sort((a, b) => this.probabilities[b]! - this.probabilities[a]! || a - b);
    return order.slice(0, count).map((index) => ({
      label: this.#labels[index]!,
      index,
      probability: this.probabilities[index]!,
    }));
  }

  toJSON(): { label: Label; index: number; probability: number } {
    return { label: this.label, index: this.index, probability: this.probability };
  }
}

/** One prediction per sample, and all probabilities as N rows in one array. */
export class ClassPredictions<Label extends string = string> extends Array<Prediction<Label>> {
  /** `map` and `filter` give plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  declare readonly probabilities: Float32Array;

  static over<Label extends string>(probabilities: Float32Array, labels: readonly Label[]): ClassPredictions<Label> {
    const classes = labels.length;
    const predictions = new ClassPredictions<Label>();
    for (let at = 0; at < probabilities.length; at += classes) {
      predictions.push(new Prediction(probabilities.subarray(at, at + classes), labels));
    }
    // Not enumerable: printing shows the predictions.
    Object.defineProperty(predictions, "probabilities", { value: probabilities });
    return predictions;
  }
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
