/** How well a class output agrees with the truth. */
export interface ClassEvaluation {
  readonly kind: "class";
  readonly labels: readonly string[];
  /** Share of samples whose most probable class is the true one. */
  readonly top1: number;
  /** Share of samples whose true class is among the five most probable. */
  readonly top5: number;
  /** Mean of -log(probability of the true class). */
  readonly loss: number;
  readonly perClass: readonly ClassResult[];
  /** Row: the true class, column: the predicted one; K·K counts. Absent beyond 2,048 classes. */
  readonly confusion?: Uint32Array;
  /** The samples with the largest loss, the worst first: as many as were asked for; absent where none were. */
  readonly worst?: readonly HardSample[];
}

/** One class against all others. */
export interface ClassResult {
  readonly label: string;
  /** Its support: how many samples are of it. */
  readonly count: number;
  /** How many of these were predicted as it. */
  readonly correct: number;
  /** How many samples were predicted as it, rightly or not. */
  readonly predicted: number;
  /** correct / predicted; absent where none was predicted as it. */
  readonly precision?: number;
  /** correct / count; absent where no sample is of it. */
  readonly recall?: number;
}

/** What a model says about a sample that it finds hard; classes are indices. */
export interface HardSample {
  /** Its place in the data set. */
  readonly sample: number;
  readonly truth: number;
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
  /** -log(probability of the true class). */
  readonly loss: number;
}

const largestConfusion = 2048;

export class ClassCounter {
  readonly #labels: readonly string[];
  readonly #counts: Uint32Array;
  readonly #correct: Uint32Array;
  readonly #predicted: Uint32Array;
  readonly #confusion: Uint32Array | undefined;
  readonly #mostWorst: number;
  readonly #worst: HardSample[] = [];
  #samples = 0;
  #inTop5 = 0;
  #loss = 0;

  /** `worst`: how many of the samples with the largest loss are kept. */
  constructor(labels: readonly string[], worst = 0) {
    const classes = labels.length;
    this.#mostWorst = worst;
    this.#labels = labels;
    this.#counts = new Uint32Array(classes);
    this.#correct = new Uint32Array(classes);
    this.#predicted = new Uint32Array(classes);
    if (classes <= largestConfusion) this.#confusion = new Uint32Array(classes * classes);
  }

  add(probabilities: Float32Array, truths: ArrayLike<number>): void {
    const classes = this.#labels.length;
    for (let i = 0; i < truths.length; i++) {
      this.#addOne(probabilities.subarray(i * classes, (i + 1) * classes), truths[i]!);
    }
  }

  result(): ClassEvaluation {
    const samples = Math.max(this.#samples, 1);
    const perClass = this.#labels.map((label, index) => this.#resultOf(label, index));
    return {
      kind: "class",
      labels: this.#labels,
      top1: perClass.reduce((sum, it) => sum + it.correct, 0) / samples,
      top5: this.#inTop5 / samples,
      loss: this.#loss / samples,
      perClass,
      ...(this.#confusion && { confusion: this.#confusion }),
      ...(this.#mostWorst > 0 && { worst: this.#worst }),
    };
  }

  #resultOf(label: string, index: number): ClassResult {
    const [count, correct, predicted] = [this.#counts[index]!, this.#correct[index]!, this.#predicted[index]!];
    return {
      ...{ label, count, correct, predicted },
      ...(predicted > 0 && { precision: correct / predicted }),
      ...(count > 0 && { recall: correct / count }),
    };
  }

  #addOne(row: Float32Array, truth: number): void {
    const own = row[truth]!;
    // The rank of the true class: how many come before it, the first of equals first.
    let before = 0;
    let best = 0;
    for (let k = 0; k < row.length; k++) {
      if (row[k]! > own || (row[k] === own && k < truth)) before++;
      if (row[k]! > row[best]!) best = k;
    }
    // The smallest positive float stands for zero: a sure mistake costs 103, not infinity.
    const loss = -Math.log(Math.max(own, 1.401298464324817e-45));
    this.#keep({ sample: this.#samples, truth, predicted: best, probability: row[best]!, loss });
    this.#samples++;
    this.#counts[truth]!++;
    this.#predicted[best]!++;
    if (best === truth) this.#correct[truth]!++;
    if (before < 5) this.#inTop5++;
    this.#loss += loss;
    if (this.#confusion) this.#confusion[truth * row.length + best]!++;
  }

  /** In order of loss; of equals the first sample comes first. */
  #keep(hard: HardSample): void {
    const milder = this.#worst.findIndex(({ loss }) => loss < hard.loss);
    this.#worst.splice(milder < 0 ? this.#worst.length : milder, 0, hard);
    if (this.#worst.length > this.#mostWorst) this.#worst.pop();
  }
}
