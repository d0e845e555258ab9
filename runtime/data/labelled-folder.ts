import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { CnncDataError, reasonOf } from "../errors.ts";
import { CorruptSamples, type CorruptOptions } from "./corrupt-samples.ts";
import { checkIndices, type Column, type Dataset } from "./dataset.ts";

export interface LabelledFolderOptions<Input extends string, Target extends string> extends CorruptOptions {
  /** Names of the model's input and class output. */
  readonly input: Input;
  readonly target: Target;
  /** The input's shape. */
  readonly shape: readonly number[];
  /**
   * The output's labels: a folder with the name of each. Default: the folders, sorted by name; a second data set
   * should be given the `labels` of the first, or its own folders would be numbered.
   */
  readonly labels?: readonly string[];
  /** Whether a label may lack its folder: there is nothing of it then. Default: that is an error. */
  readonly mayLack?: boolean;
}

export interface LabelledFolder<Columns> extends Dataset<Columns> {
  readonly labels: readonly string[];
  readonly files: readonly string[];
}

export type LabelledColumns<Input extends string, Target extends string, Data> = Record<Input, Data> &
  Record<Target, Int32Array>;

/** What kind of files there are. */
interface Kind<Data> {
  readonly noun: string;
  readonly names: RegExp;
  readonly read: (files: readonly string[], corrupt: CorruptSamples) => Promise<Data>;
}

/** Files in one folder per label, read when a batch asks for them: they need not fit in memory. */
export async function openLabelledFolder<Input extends string, Target extends string, Data extends Column>(
  folder: string,
  options: LabelledFolderOptions<Input, Target>,
  { noun, names, read }: Kind<Data>,
): Promise<LabelledFolder<LabelledColumns<Input, Target, Data>>> {
  const labels = options.labels ?? (await subfolders(folder));
  const lists = await Promise.all(labels.map((label) => filesIn(path.join(folder, label), names, options.mayLack)));
  const files = lists.flat();
  const classes = Int32Array.from(lists.flatMap((list, index) => list.map(() => index)));
  if (files.length === 0) throw new CnncDataError(`${folder}: there are no ${noun} in ${labels.join(", ")}`);
  const gather = async (indices: ArrayLike<number>) => {
    checkIndices(indices, files.length);
    const corrupt = new CorruptSamples(options);
    const data = await read(
      Array.from(indices, (index) => files[index]!),
      corrupt,
    );
    const target = Int32Array.from(indices, (index) => classes[index]!);
    corrupt.replace([data, target], indices.length);
    return { [options.input]: data, [options.target]: target } as unknown as LabelledColumns<Input, Target, Data>;
  };
  return { size: files.length, labels, files, gather };
}

/** The names of the folders in a folder, in an order that is the same on every system. */
export async function subfolders(folder: string): Promise<string[]> {
  const entries = await list(folder);
  return entries.filter((it) => it.isDirectory() && !it.name.startsWith(".")).map((it) => it.name);
}

async function filesIn(folder: string, names: RegExp, mayLack = false): Promise<string[]> {
  if (mayLack && !existsSync(folder)) return [];
  const entries = await list(folder);
  const found = entries.filter((it) => it.isFile() && names.test(it.name));
  return found.map((it) => path.join(folder, it.name));
}

/** Sorted by code units: the same order on every system. */
async function list(folder: string) {
  try {
    const entries = await fs.readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new CnncDataError(`${folder}: ${reasonOf(error)}`, { cause: error });
  }
}
