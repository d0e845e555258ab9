/** Counts samples against time, for progress displays. */
export class Throughput {
  readonly #start = performance.now();
  #samples = 0;
  #steps = 0;

  add(samples: number): void {
    this.#samples += samples;
    this.#steps++;
  }

  get samples(): number {
    return this.#samples;
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  get samplesPerSecond(): number {
    const { seconds } = this;
    return seconds > 0 ? this.#samples / seconds : 0;
  }

  /** How long so many more steps will take, going by those so far. */
  secondsFor(steps: number): number {
    return this.#steps > 0 ? (this.seconds / this.#steps) * steps : Infinity;
  }
}
