import type { Layout } from "../tensor/layout.ts";
import { CnncDataError } from "../errors.ts";
import { gatherRows, type TypedArray } from "../tensor/typed-array.ts";

/** A column of a batch: elements of consecutive samples. */
export type Column = TypedArray | { readonly data: TypedArray; readonly layout: Layout };

/** Samples that can be picked by number: what training and evaluation read from. */
export interface Dataset<Columns = Record<string, Column>> {
  readonly size: number;
  /** The picked samples, in the order of `indices`: one array per input and target. */
  gather(indices: ArrayLike<number>): Columns | Promise<Columns>;
  /** Of samples that are read many at a time, as from shards; absent: any sample is found as quickly as the next. */
  readonly chunks?: Chunks;
}

/** Samples that lie together and are read at once: training goes from chunk to chunk and mixes a few of them at a time. */
export interface Chunks {
  /** The first sample of each chunk, from 0 on, ascending. */
  readonly starts: Int32Array;
  /** By how many places, at most, mixing moves a sample back. */
  readonly buffer: number;
}

export function mustHaveSamples({ size }: { readonly size: number }): void {
  if (size === 0) throw new CnncDataError("the data set is empty");
}

/** A column of a data set in memory: all samples, and how many elements each has. */
export interface ArrayColumn<Data extends TypedArray = TypedArray> {
  readonly data: Data;
  readonly sampleSize: number;
}

type ColumnsOf<C> = { [Name in keyof C]: C[Name] extends ArrayColumn<infer Data> ? Data : never };

/** A data set over arrays in memory. */
export function arrayDataset<C extends Readonly<Record<string, ArrayColumn>>>(columns: C): Dataset<ColumnsOf<C>> {
  const entries = Object.entries(columns);
  const sizes = entries.map(([name, { data, sampleSize }]) => {
    const size = data.length / sampleSize;
    if (Number.isInteger(size)) return [name, size] as const;
    throw new CnncDataError(`${name}: ${data.length} elements are no whole number of samples of ${sampleSize}`);
  });
  const size = mustBeAsLong(sizes);
  const gather = (indices: ArrayLike<number>) => {
    checkIndices(indices, size);
    return Object.fromEntries(
      entries.map(([name, { data, sampleSize }]) => [name, gatherRows(data, sampleSize, indices)]),
    ) as ColumnsOf<C>;
  };
  return { size, gather };
}

/** The number of samples that all columns have. */
export function mustBeAsLong(columns: readonly (readonly [name: string, samples: number])[]): number {
  const [name, size] = columns[0] ?? ["", 0];
  const other = columns.find(([, it]) => it !== size);
  if (other) throw new CnncDataError(`${name} has ${size} samples, ${other[0]} has ${other[1]}`);
  return size;
}

/** The samples `from` … `to`-1 of another data set. */
export function slice<Columns>(dataset: Dataset<Columns>, from: number, to: number = dataset.size): Dataset<Columns> {
  const size = Math.max(0, Math.min(to, dataset.size) - from);
  return pick(
    dataset,
    Int32Array.from({ length: size }, (_, i) => from + i),
  );
}

/** The samples of another data set that `indices` name, in this order. */
export function pick<Columns>(dataset: Dataset<Columns>, indices: ArrayLike<number>): Dataset<Columns> {
  checkIndices(indices, dataset.size);
  const chosen = Int32Array.from(indices);
  return {
    size: chosen.length,
    ...(dataset.chunks && { chunks: chunksOf(dataset.chunks, chosen) }),
    gather: (inner) => {
      checkIndices(inner, chosen.length);
      return dataset.gather(Int32Array.from(inner, (i) => chosen[i]!));
    },
  };
}

/** Chosen samples that follow each other and are of one chunk lie together still. */
function chunksOf({ starts, buffer }: Chunks, chosen: Int32Array): Chunks {
  const own = chosen.map((index) => chunkAt(starts, index));
  const first = (_: number, i: number): boolean => i === 0 || own[i] !== own[i - 1];
  return { starts: chosen.map((_, i) => i).filter(first), buffer };
}

/** The chunk that a sample is in: the last one that starts at it or before. */
export function chunkAt(starts: Int32Array, index: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= index) low = middle;
    else high = middle;
  }
  return low;
}

export function checkIndices(indices: ArrayLike<number>, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < size && Number.isInteger(index))) {
      throw new CnncDataError(`there is no sample ${index}, the data set has ${size}`);
    }
  }
}
