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

  readonly #probabilities: Float32Array;

  constructor(probabilities: Float32Array, labels: readonly Label[]) {
    const classes = labels.length;
    super(probabilities.length / classes);
    this.#probabilities = probabilities;
    for (let i = 0; i < this.length; i++) {
      // One sample's row is the whole array: no view of it is needed.
      const row = this.length === 1 ? probabilities : probabilities.subarray(i * classes, (i + 1) * classes);
      this[i] = new Prediction(row, labels);
    }
  }

  /** N rows of one number per class. */
  get probabilities(): Float32Array {
    return this.#probabilities;
  }
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
