import { CnncDataError } from "../errors.ts";
import type { Column } from "./dataset.ts";

/** A picture that cannot be decoded: where it is, and why. */
export interface CorruptPicture {
  readonly name: string;
  readonly reason: string;
}

export interface CorruptOptions {
  /**
   * Called for each picture that cannot be decoded, whenever a batch asks for it; the next sound sample of the batch takes its
   * sample's place. Absent: such a picture is an error.
   */
  readonly onCorrupt?: ((picture: CorruptPicture) => void) | undefined;
}

/** Samples of one batch that cannot be used. */
export class CorruptSamples {
  readonly #onCorrupt: CorruptOptions["onCorrupt"];
  readonly #pictures = new Map<number, CorruptPicture>();

  constructor({ onCorrupt }: CorruptOptions) {
    this.#onCorrupt = onCorrupt;
  }

  add(sample: number, picture: CorruptPicture, cause: unknown): void {
    if (this.#onCorrupt === undefined) {
      throw new CnncDataError(`${picture.name}: ${picture.reason}`, { cause });
    }
    this.#pictures.set(sample, picture);
  }

  /** Puts sound samples in their places, the same whatever was decoded first, and tells of each. */
  replace(columns: Iterable<Column>, samples: number): void {
    const inOrder = [...this.#pictures].sort(([a], [b]) => a - b);
    for (const [, picture] of inOrder) this.#onCorrupt?.(picture);
    if (inOrder.length === samples && samples > 0) {
      const { name, reason } = inOrder[0]![1];
      throw new CnncDataError(`no picture of a batch of ${samples} can be decoded; the first is ${name}: ${reason}`);
    }
    for (const [sample] of inOrder) {
      let sound = sample;
      while (this.#pictures.has(sound)) sound = (sound + 1) % samples;
      for (const column of columns) copySample(column, sound, sample, samples);
    }
  }
}

function copySample(column: Column, from: number, to: number, samples: number): void {
  const data = "layout" in column ? column.data : column;
  const size = data.length / samples;
  data.copyWithin(to * size, from * size, (from + 1) * size);
}
