/** How many bytes of a data set are in memory, and mixed with each other, where it is larger. */
export const defaultBuffer = 128 * 2 ** 20;

/** What is read at once: a disk that turns reads it in a few times as long as it takes to get there. */
export const chunkBytes = 4 * 2 ** 20;

/** Chunks of data that were read last, as many as fit in a number of bytes. */
export class ChunkCache<Chunk> {
  readonly #read: (chunk: number) => Promise<Chunk>;
  readonly #bytesOf: (chunk: number) => number;
  readonly #mostBytes: number;
  /** In the order in which they were asked for last. */
  readonly #chunks = new Map<number, Promise<Chunk>>();
  #bytes = 0;

  constructor(mostBytes: number, bytesOf: (chunk: number) => number, read: (chunk: number) => Promise<Chunk>) {
    this.#mostBytes = mostBytes;
    this.#bytesOf = bytesOf;
    this.#read = read;
  }

  get(number: number): Promise<Chunk> {
    const known = this.#chunks.get(number);
    if (known !== undefined) {
      this.#chunks.delete(number);
      this.#chunks.set(number, known);
      return known;
    }
    const chunk = this.#read(number);
    // One that could not be read is tried again.
    chunk.catch(() => this.#drop(number));
    this.#chunks.set(number, chunk);
    this.#bytes += this.#bytesOf(number);
    for (const [oldest] of this.#chunks) {
      if (this.#bytes <= this.#mostBytes || oldest === number) break;
      this.#drop(oldest);
    }
    return chunk;
  }

  #drop(number: number): void {
    if (this.#chunks.delete(number)) this.#bytes -= this.#bytesOf(number);
  }
}
