import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Batch, ModelTypes } from "../bind/model-types.ts";
import { CnncDataError } from "../errors.ts";
import type { CorruptOptions } from "./corrupt-samples.ts";
import { parseCsv, type CsvRow } from "./csv.ts";
import { checkIndices, type Dataset } from "./dataset.ts";
import { endings, fieldsOf, type Described, type Field } from "./fields.ts";
import { naming } from "./read-bytes.ts";
import { readFields, type Cell, type ReadOptions } from "./read-field.ts";

export interface CsvOptions extends CorruptOptions, ReadOptions {}

/** Where a field stands in a row: in one column, or in one for each of its numbers. */
interface Place {
  readonly field: Field;
  readonly columns: readonly number[];
}

/** Other names of columns, where there is none with the field's own. */
const usualNames: Partial<Record<Field["kind"], string>> = { picture: "path", class: "label", mask: "mask" };

/**
 * Samples that a table lists, one a row, under a row of names: `path,label`. Cells are paths of files, as seen from the table's folder,
 * labels, or numbers. Files are read when a batch asks for them.
 */
export async function openCsv<M extends ModelTypes>(
  file: string,
  { manifest }: Described<M>,
  options: CsvOptions = {},
): Promise<Dataset<Batch<M>>> {
  const [header, ...rows] = parseCsv(await naming(file, () => fs.readFile(file, "utf8")), file);
  if (header === undefined)
    throw new CnncDataError(`${file}: it is empty; its first line names the columns: path,label`);
  const places = fieldsOf(manifest).flatMap((field) => placeOf(field, header.cells, file) ?? []);
  for (const { line, cells } of rows) {
    if (cells.length === header.cells.length) continue;
    throw new CnncDataError(
      `${file}:${line}: ${cells.length} cells, the first line names ${header.cells.length} columns`,
    );
  }
  const gather = (indices: ArrayLike<number>): Promise<Batch<M>> => {
    checkIndices(indices, rows.length);
    const columns = places.map((place) => ({
      field: place.field,
      cells: Array.from(indices, (index) => cellOf(place, rows[index]!, file)),
    }));
    return readFields(columns, options) as Promise<unknown> as Promise<Batch<M>>;
  };
  return { size: rows.length, gather };
}

function placeOf(field: Field, names: readonly string[], file: string): Place | undefined {
  const { name, kind, size, labels, required } = field;
  const parts = kind === "labels" ? labels : Array.from({ length: size }, (_, i) => `${name}.${i}`);
  const usual = usualNames[kind];
  for (const wanted of [[name], parts, usual === undefined ? [] : [usual]]) {
    const columns = wanted.map((it) => names.indexOf(it));
    if (columns.length > 0 && !columns.includes(-1)) return { field, columns };
  }
  if (!required) return undefined;
  const others = [usual, kind === "class" || size === 1 ? undefined : `${parts[0]}, ${parts[1]}, …`].filter(
    (it) => it !== undefined,
  );
  throw new CnncDataError(
    `${file}: no column is named ${[name, ...others].join(" or ")}; its first line names ${names.join(", ")}`,
  );
}

/** Text is read as a file with it would be. */
function cellOf({ field, columns }: Place, { line, cells }: CsvRow, file: string): Cell {
  const text = columns.map((column) => cells[column]!).join(" ");
  const ending = path.extname(text).slice(1).toLowerCase();
  const isPath = columns.length === 1 && field.kind !== "class" && endings[field.kind].includes(ending);
  const where = `${file}:${line}: ${text}`;
  if (isPath) {
    const source = path.resolve(path.dirname(file), text);
    return { ending, bytes: () => naming(where, () => fs.readFile(source)), where: () => where };
  }
  if (endings[field.kind].includes("txt")) {
    return { ending: "txt", bytes: () => Promise.resolve(Buffer.from(text)), where: () => `${file}:${line}` };
  }
  throw new CnncDataError(`${where}: ${field.name} is read from files: ${endings[field.kind].join(", ")}`);
}
