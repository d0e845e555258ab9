interface Level {
  /** Operators since the last comma. */
  operators: number;
  /** The tallest bracket since the last comma. */
  tallest: number;
  /** The tallest of the parts between commas. */
  best: number;
}

/** How tall the tree of a statement will be at most, from its tokens alone. */
export class Height {
  readonly #levels: Level[] = [emptyLevel()];

  get depth(): number {
    return this.#levels.length - 1;
  }

  operator(): void {
    const level = this.#levels.at(-1);
    if (level !== undefined) level.operators++;
  }

  comma(): void {
    const level = this.#levels.at(-1);
    if (level === undefined) return;
    level.best = heightOf(level);
    level.operators = 0;
    level.tallest = 0;
  }

  open(): void {
    this.#levels.push(emptyLevel());
  }

  close(): void {
    if (this.#levels.length < 2) return;
    const closed = this.#levels.pop();
    const level = this.#levels.at(-1);
    if (closed !== undefined && level !== undefined) level.tallest = Math.max(level.tallest, 1 + heightOf(closed));
  }

  /** The height of what has been seen so far. */
  total(): number {
    return this.#levels.reduceRight(
      (above, level) => Math.max(level.best, level.operators + Math.max(level.tallest, above)) + 1,
      0,
    );
  }
}

function emptyLevel(): Level {
  return { operators: 0, tallest: 0, best: 0 };
}

function heightOf(level: Level): number {
  return Math.max(level.best, level.operators + level.tallest);
}
