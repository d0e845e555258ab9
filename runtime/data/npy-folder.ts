import * as path from "node:path";
import { CnncDataError } from "../errors.ts";
import { describeShape, elementCount, emptyLike } from "../tensor/typed-array.ts";
import { ChunkCache, chunkBytes, defaultBuffer } from "./chunk-cache.ts";
import { arrayDataset, checkIndices, mustBeAsLong, type Dataset } from "./dataset.ts";
import { mustBeClasses } from "./must-be-classes.ts";
import { readNpy, type NpyArray } from "./npy.ts";
import { NpyRows } from "./npy-rows.ts";
import { sizeOf } from "./read-bytes.ts";

/** An input or a target that is read from a file. */
export interface NpyColumn {
  readonly name: string;
  /** Of one sample; [] for a class. */
  readonly shape: readonly number[];
  /** Of an input; the elements of a target are taken as they are. */
  readonly dtype?: "u8" | "f32" | "tokens";
  /** Of a class, how many there are. */
  readonly classes?: number;
}

export type NpyPart = "train" | "test" | "validation";

export interface NpyFolderOptions {
  /**
   * Files that have more bytes together stay on the disk: their samples are read in chunks, and mixed as those of shards are.
   * Default: 1 GiB.
   */
  readonly mostBytes?: number;
  /** How many bytes of such files are in memory, and mixed with each other; default 128 MiB. */
  readonly bufferBytes?: number;
}

/** The file of a column: `train-words.npy`. */
export function npyFile(folder: string, part: NpyPart, name: string): string {
  return path.join(folder, `${part}-${name}.npy`);
}

type Columns = Record<string, NpyArray["data"]>;

/** Samples in NPY files, one for each input and target: train-words.npy [N, 64], train-feeling.npy [N]. */
export async function openNpyFolder(
  folder: string,
  part: NpyPart,
  columns: readonly NpyColumn[],
  { mostBytes = 2 ** 30, bufferBytes = defaultBuffer }: NpyFolderOptions = {},
): Promise<Dataset<Columns>> {
  const files = columns.map((column) => ({ column, file: npyFile(folder, part, column.name) }));
  const sizes = await Promise.all(files.map(({ file }) => sizeOf(file)));
  if (sizes.reduce((sum, size) => sum + size, 0) > mostBytes) return onDisk(files, bufferBytes);
  const entries = files.map(async ({ column, file }) => {
    const { shape, data } = await readNpy(file);
    mustFit(shape, column, file);
    return [column.name, { data: elementsOf(data, column, file, 0), sampleSize: elementCount(column.shape) }] as const;
  });
  return arrayDataset(Object.fromEntries(await Promise.all(entries)));
}

interface ColumnFile {
  readonly column: NpyColumn;
  readonly file: string;
}

async function onDisk(files: readonly ColumnFile[], bufferBytes: number): Promise<Dataset<Columns>> {
  const opened = await Promise.all(
    files.map(async ({ column, file }) => {
      const rows = await NpyRows.open(file);
      mustFit(rows.shape, column, file);
      return { column, rows, none: elementsOf(await rows.read(0, 0), column, file, 0) };
    }),
  );
  const size = mustBeAsLong(opened.map(({ column, rows }) => [column.name, rows.shape[0]!]));
  const bytes = opened.map(({ column, none }) => elementCount(column.shape) * none.BYTES_PER_ELEMENT);
  const sampleBytes = bytes.reduce((sum, it) => sum + it, 0);
  const rows = Math.max(1, Math.floor(chunkBytes / sampleBytes));
  const read = async (chunk: number): Promise<Columns> => {
    const [from, to] = [chunk * rows, Math.min(size, (chunk + 1) * rows)];
    const entries = opened.map(
      async (it) => [it.column.name, elementsOf(await it.rows.read(from, to), it.column, it.rows.file, from)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  };
  const cache = new ChunkCache(bufferBytes + 2 * chunkBytes, () => rows * sampleBytes, read);
  const gather = async (indices: ArrayLike<number>): Promise<Columns> => {
    checkIndices(indices, size);
    const samples = await Promise.all(
      Array.from(indices, async (index) => [await cache.get(Math.floor(index / rows)), index % rows] as const),
    );
    const entries = opened.map(({ column: { name, shape }, none }) => {
      const own = elementCount(shape);
      const column = emptyLike(none, samples.length * own);
      samples.forEach(([chunk, row], i) => column.set(chunk[name]!.subarray(row * own, (row + 1) * own), i * own));
      return [name, column] as const;
    });
    return Object.fromEntries(entries);
  };
  const starts = Int32Array.from({ length: Math.ceil(size / rows) }, (_, chunk) => chunk * rows);
  return { size, gather, chunks: { starts, buffer: Math.ceil(bufferBytes / sampleBytes) } };
}

function mustFit(shape: readonly number[], column: NpyColumn, file: string): void {
  const own = shape.slice(1);
  if (shape.length > 0 && elementCount(own) === elementCount(column.shape)) return;
  throw new CnncDataError(
    `${file}: samples of ${describeShape(own)}, ${column.name} needs ${describeShape(column.shape)}`,
  );
}

/** The elements of samples, `first` and those behind it. */
function elementsOf(data: NpyArray["data"], column: NpyColumn, file: string, first: number): NpyArray["data"] {
  const { name, shape, classes } = column;
  if (classes !== undefined) mustBeClasses(data, { file, name, classes, perSample: elementCount(shape), first });
  if (column.dtype === "f32") return data instanceof Float32Array ? data : Float32Array.from(data);
  const fits = column.dtype === "u8" ? data instanceof Uint8Array : !(data instanceof Float32Array);
  if (column.dtype === undefined || fits) return data;
  const wanted = column.dtype === "u8" ? "bytes (uint8)" : "whole numbers";
  throw new CnncDataError(`${file}: ${column.name} takes ${wanted}, the file has others`);
}
