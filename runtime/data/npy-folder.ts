import * as path from "node:path";
import { CnncDataError } from "../errors.ts";
import { describeShape, elementCount } from "../tensor/typed-array.ts";
import { arrayDataset, type Dataset } from "./dataset.ts";
import { readNpy, type NpyArray } from "./npy.ts";

/** An input or a target that is read from a file. */
export interface NpyColumn {
  readonly name: string;
  /** Of one sample; [] for a class. */
  readonly shape: readonly number[];
  /** Of an input; the elements of a target are taken as they are. */
  readonly dtype?: "u8" | "f32" | "tokens";
}

export type NpyPart = "train" | "test";

/** The file of a column: `train-words.npy`. */
export function npyFile(folder: string, part: NpyPart, name: string): string {
  return path.join(folder, `${part}-${name}.npy`);
}

/** Samples in NPY files, one for each input and target: train-words.npy [N, 64], train-feeling.npy [N]. */
export async function openNpyFolder(
  folder: string,
  part: NpyPart,
  columns: readonly NpyColumn[],
): Promise<Dataset<Record<string, NpyArray["data"]>>> {
  const entries = columns.map(async (column) => {
    const file = npyFile(folder, part, column.name);
    const data = columnOf(await readNpy(file), column, file);
    return [column.name, { data, sampleSize: elementCount(column.shape) }] as const;
  });
  return arrayDataset(Object.fromEntries(await Promise.all(entries)));
}

function columnOf({ shape, data }: NpyArray, column: NpyColumn, file: string): NpyArray["data"] {
  const own = shape.slice(1);
  if (shape.length === 0 || elementCount(own) !== elementCount(column.shape)) {
    throw new CnncDataError(
      `${file}: samples of ${describeShape(own)}, ${column.name} needs ${describeShape(column.shape)}`,
    );
  }
  if (column.dtype === "f32") return data instanceof Float32Array ? data : Float32Array.from(data);
  const fits = column.dtype === "u8" ? data instanceof Uint8Array : !(data instanceof Float32Array);
  if (column.dtype === undefined || fits) return data;
  const wanted = column.dtype === "u8" ? "bytes (uint8)" : "whole numbers";
  throw new CnncDataError(`${file}: ${column.name} takes ${wanted}, the file has others`);
}
