import { CnncDataError, reasonOf } from "../errors.ts";
import { describeShape, elementCount, type TypedArray } from "../tensor/typed-array.ts";
import { CorruptSamples, type CorruptOptions } from "./corrupt-samples.ts";
import type { Column } from "./dataset.ts";
import type { Field } from "./fields.ts";
import { decodeImage, type ImageFit } from "./image.ts";
import { npyArray } from "./npy.ts";

/** What one sample has for a field: a file, a member of a shard, a cell of a table. */
export interface Cell {
  /** How it is written: `jpg`, `npy`, `txt`, …, as in `endings`. */
  readonly ending: string;
  /** What cannot be read is an error that tells where it is. */
  bytes(): Promise<Uint8Array>;
  /** For messages: where it is. */
  where(): string | Promise<string>;
}

export interface ReadOptions {
  readonly fit?: ImageFit | undefined;
}

/** The batch of some samples: of each field, their cells. */
export async function readFields(
  columns: readonly { readonly field: Field; readonly cells: readonly Cell[] }[],
  options: ReadOptions & CorruptOptions,
): Promise<Record<string, Column>> {
  const corrupt = new CorruptSamples(options);
  const entries = columns.map(
    async ({ field, cells }) => [field.name, await readField(field, cells, corrupt, options)] as const,
  );
  const batch = Object.fromEntries(await Promise.all(entries));
  corrupt.replace(Object.values(batch), columns[0]?.cells.length ?? 0);
  return batch;
}

/** The column of a field: what the cells of some samples say, decoded at the same time. */
async function readField(
  field: Field,
  cells: readonly Cell[],
  corrupt: CorruptSamples,
  options: ReadOptions,
): Promise<Column> {
  const pictures = field.kind === "picture" && cells[0]?.ending !== "npy";
  const data = emptyColumn(field, cells.length);
  await Promise.all(
    cells.map(async (cell, sample) => {
      const bytes = await cell.bytes();
      try {
        // Pictures have another order of elements than arrays, and a batch has one.
        if (field.kind === "picture" && pictures === (cell.ending === "npy")) throw mixture();
        data.set(
          isPicture(cell) ? await pixels(field, bytes, options) : numbers(field, cell, bytes),
          sample * field.size,
        );
      } catch (error) {
        const [name, reason] = [await cell.where(), reasonOf(error)];
        if (error instanceof UndecodablePicture) corrupt.add(sample, { name, reason }, error);
        else throw new CnncDataError(`${name}: ${reason}`, { cause: error });
      }
    }),
  );
  return pictures ? { data, layout: "hwc" } : data;
}

/** Pictures may be skipped when they are damaged; all else may not. */
class UndecodablePicture extends Error {}

const mixture = (): Error =>
  new CnncDataError("some samples are pictures, others arrays; make them all one or the other");

function isPicture({ ending }: Cell): boolean {
  return ["jpg", "jpeg", "webp", "png"].includes(ending);
}

function emptyColumn({ kind, size }: Field, samples: number): Uint8Array | Int32Array | Float32Array {
  switch (kind) {
    case "picture":
    case "bytes":
      return new Uint8Array(samples * size);
    case "tokens":
    case "class":
      return new Int32Array(samples * size);
    case "numbers":
    case "labels":
    case "mask":
      return new Float32Array(samples * size);
  }
}

/** Of a mask, all that is not black is 1. */
async function pixels({ kind, shape, name }: Field, bytes: Uint8Array, { fit }: ReadOptions): Promise<Uint8Array> {
  const mask = kind === "mask";
  if (mask && shape.length === 3 && shape[0] !== 1)
    throw new CnncDataError(`${name} has ${shape[0]} channels, a picture of a mask has one; give it as .npy`);
  const decoded = await decodeImage(bytes, { shape, ...(fit && { fit }) }, mask ? "nearest" : "smooth").catch(
    (cause: unknown) => {
      throw new UndecodablePicture(reasonOf(cause), { cause });
    },
  );
  return mask ? decoded.map((value) => (value > 0 ? 1 : 0)) : decoded;
}

function numbers(field: Field, cell: Cell, bytes: Uint8Array): ArrayLike<number> {
  const found = cell.ending === "npy" ? fromNpy(field, bytes) : fromText(field, cell.ending, bytes);
  const { kind, size, name } = field;
  if (found.length !== size) throw new CnncDataError(`${found.length} numbers, ${name} needs ${size}`);
  if (kind === "class" || kind === "tokens") mustBeWhole(found);
  if (kind === "class") mustBeClass(field, found[0]!);
  return found;
}

function fromNpy({ kind, shape, name }: Field, bytes: Uint8Array): TypedArray {
  const array = npyArray(bytes);
  if (elementCount(array.shape) !== elementCount(shape))
    throw new CnncDataError(`it has ${describeShape(array.shape)}, ${name} needs ${describeShape(shape)}`);
  if ((kind === "picture" || kind === "bytes") && !(array.data instanceof Uint8Array))
    throw new CnncDataError(`${name} takes bytes (uint8), the file has others`);
  return array.data;
}

function fromText(field: Field, ending: string, bytes: Uint8Array): readonly number[] {
  const text = Buffer.from(bytes).toString("utf8").trim();
  if (ending === "json") return fromJson(field, text);
  if (field.kind === "class") return [classOf(field, text, ending)];
  const words = text.split(/[\s,;]+/).filter((word) => word !== "");
  return words.map((word) => {
    const value = Number(word);
    if (Number.isNaN(value)) throw new CnncDataError(`${JSON.stringify(word)} is no number`);
    return value;
  });
}

/** A value, or an object with the value under the field's name. Of labels a list of numbers, or of those that are given. */
function fromJson(field: Field, text: string): readonly number[] {
  const { kind, name, labels } = field;
  let value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    if (!Object.hasOwn(value, name)) throw new CnncDataError(`there is no ${JSON.stringify(name)} in it`);
    value = (value as Record<string, unknown>)[name];
  }
  if (kind === "class") return [typeof value === "string" ? classOf(field, value, "txt") : (value as number)];
  const list = (Array.isArray(value) ? value.flat(Infinity) : [value]) as unknown[];
  if (kind === "labels" && list.every((it) => typeof it === "string")) {
    const unknown = list.find((it) => !labels.includes(it));
    if (unknown !== undefined) throw new CnncDataError(`${JSON.stringify(unknown)} is no label of ${name}`);
    return labels.map((label) => (list.includes(label) ? 1 : 0));
  }
  const wrong = list.find((it) => typeof it !== "number");
  if (wrong !== undefined) throw new CnncDataError(`${JSON.stringify(wrong)} is no number`);
  return list as number[];
}

/** A label by its name or its index; in a `.cls` file by its index alone. */
function classOf(field: Field, text: string, ending: string): number {
  const named = ending === "cls" ? -1 : field.labels.indexOf(text);
  if (named >= 0) return named;
  if (!/^\d+$/.test(text)) throw noClass(field, JSON.stringify(text));
  return Number(text);
}

function mustBeClass(field: Field, index: number): void {
  if (!(index >= 0 && index < field.labels.length)) throw noClass(field, String(index));
}

function noClass({ name, labels }: Field, found: string): CnncDataError {
  return new CnncDataError(`${found} is no class of ${name}: a label, or its index below ${labels.length}`);
}

function mustBeWhole(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value)) throw new CnncDataError(`${JSON.stringify(value)} is no whole number`);
  }
}
