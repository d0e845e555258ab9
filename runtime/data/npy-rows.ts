import { elementCount } from "../tensor/typed-array.ts";
import { mustHoldElements, npyHeader, type NpyArray, type NpyHeader } from "./npy.ts";
import { naming, readRange, sizeOf } from "./read-bytes.ts";

/** The longest header that is looked for: names of fields, which no array here has, could make it longer. */
const headerBytes = 64 * 1024;

/** An NPY file of which rows are read: what has one number along its first dimension. */
export class NpyRows {
  readonly file: string;
  readonly shape: readonly number[];
  readonly #rowBytes: number;
  readonly #header: NpyHeader;

  private constructor(file: string, header: NpyHeader) {
    this.file = file;
    this.shape = header.shape;
    this.#rowBytes = elementCount(header.shape.slice(1)) * header.itemSize;
    this.#header = header;
  }

  static async open(file: string): Promise<NpyRows> {
    const size = await sizeOf(file);
    const start = await readRange(file, 0, Math.min(size, headerBytes));
    return naming(file, () => {
      const header = npyHeader(start);
      mustHoldElements(header, size);
      return new NpyRows(file, header);
    });
  }

  /** The elements of the rows `from` … `to`-1. */
  async read(from: number, to: number): Promise<NpyArray["data"]> {
    const { dataAt, decode } = this.#header;
    const bytes = await readRange(this.file, dataAt + from * this.#rowBytes, dataAt + to * this.#rowBytes);
    return naming(this.file, () => decode(bytes.buffer));
  }
}
