import * as fs from "node:fs";
import * as path from "node:path";
import {
  inChunks,
  labelledImagesDataset,
  mustHaveSamples,
  npyFile,
  openCsv,
  openImageFolder,
  openNpyFolder,
  openShards,
  openSignalFolder,
  pick,
  readMnist,
  shuffledOrder,
  subfolders,
} from "../../runtime/index.ts";
import type {
  Batch,
  CorruptOptions,
  Dataset,
  FittedSignal,
  InputManifest,
  Manifest,
  NpyColumn,
} from "../../runtime/index.ts";
import { CliError } from "./cli-error.ts";
import { isFolder } from "./output-file.ts";
import type { AnyModel } from "./load.ts";
import { partFolder, shardsOf, tableOf } from "./part-files.ts";
import type { Part } from "./part-files.ts";
import { warn } from "./terminal.ts";

export type Data = Dataset<Batch<AnyModel>> & {
  /** Data that their maker has set aside, to be measured after each epoch. */
  readonly aside?: Data;
};

/** Of commands that can go on. */
export interface DataOptions {
  /** Goes on without pictures that cannot be decoded, and tells of them. */
  readonly skipCorrupt?: boolean | undefined;
}

/**
 * Training or test data: shards, tables and NPY files for any model, pictures or sounds in folders for one with one input and one
 * class output.
 */
export async function openData(
  folder: string,
  part: "train" | "test",
  manifest: Manifest,
  options?: DataOptions,
): Promise<Data> {
  if (!isFolder(folder)) throw new CliError(`${folder} is no folder`);
  const data = (await openPart(folder, part, manifest, options)) ?? nothingIn(folder, part, manifest);
  mustHaveSamples(data);
  const aside = part === "train" && (await openPart(folder, "validation", manifest, options));
  return aside ? { ...data, aside } : data;
}

/** The test data, where there are some. */
export function openTest(folder: string, manifest: Manifest, options: DataOptions): Promise<Data | undefined> {
  return openPart(folder, "test", manifest, options);
}

async function openPart(
  folder: string,
  part: Part,
  manifest: Manifest,
  options: DataOptions | undefined,
): Promise<Data | undefined> {
  const onCorrupt = options && (options.skipCorrupt ? tellOfCorrupt() : refuseCorrupt);
  const shards = shardsOf(folder, part);
  if (shards.length > 0) return openShards(shards, { manifest }, { onCorrupt }) as Promise<unknown> as Promise<Data>;
  const table = tableOf(folder, part);
  if (table !== undefined) return openCsv(table, { manifest }, { onCorrupt }) as Promise<unknown> as Promise<Data>;
  if (hasNpy(folder, part, manifest))
    return openNpyFolder(folder, part, columnsOf(folder, part, manifest)) as Promise<unknown> as Promise<Data>;
  if (part !== "validation" && hasIdx(folder, part) && !isSignal(ends(manifest).input)) {
    const { input, target, classes } = ends(manifest);
    const names = { input: input.name, target, shape: input.shape, classes };
    return labelledImagesDataset(await readMnist(folder, part), names) as unknown as Data;
  }
  const samples = partFolder(folder, part);
  return samples === undefined ? undefined : openLabelled(folder, samples, manifest, { part, onCorrupt });
}

/** Whether there is an NPY file for an input. */
export function hasNpy(folder: string, part: Part, { inputs }: Manifest): boolean {
  return inputs.some(({ name }) => fs.existsSync(npyFile(folder, part, name)));
}

/** All inputs, and outputs: for training those that need a target, else those that there are files of. */
function columnsOf(folder: string, part: Part, { inputs, outputs, train }: Manifest): readonly NpyColumn[] {
  const wanted = outputs.filter(({ name }) =>
    part === "train" ? train?.targets.includes(name) : fs.existsSync(npyFile(folder, part, name)),
  );
  const targets = wanted.map(({ name, kind, shape }) =>
    kind === "class" ? { name, shape: shape.slice(1), classes: shape[0]! } : { name, shape },
  );
  return [...inputs, ...targets];
}

/** Pictures or sounds in one folder per label. */
async function openLabelled(
  folder: string,
  samples: string,
  manifest: Manifest,
  { part, onCorrupt }: CorruptOptions & { readonly part: Part },
): Promise<Data> {
  const { input, target, labels, classes } = ends(manifest);
  const { name, shape, rate } = input;
  // Named labels are the model's; what it only counts takes its names from the folders it is trained with.
  const found = labels ?? (await labelsIn(folder, samples, classes));
  const mayLack = labels === undefined && part !== "train";
  const options = { input: name, target, shape, labels: found, mayLack };
  const opened = isSignal(input)
    ? openSignalFolder(samples, { ...options, rate, fit: "end", onFit: tellOfFits() })
    : openImageFolder(samples, { ...options, onCorrupt });
  return (await opened) as unknown as Data;
}

function nothingIn(folder: string, part: Part, { inputs, outputs }: Manifest): never {
  const input = inputs[0]!;
  const labelled = inputs.length === 1 && outputs.filter(({ kind }) => kind === "class").length === 1;
  const forms = [
    ...(labelled && input.dtype === "u8" ? ["IDX files (train-images-idx3-ubyte, t10k-images-idx3-ubyte, …)"] : []),
    ...(labelled && (input.dtype === "u8" || isSignal(input)) ? ["the folders train/ and test/"] : []),
    `shards (${part}-000000.tar, …)`,
    `a table (${part}.csv)`,
  ];
  const npy = `NPY files (${path.basename(npyFile(folder, part, input.name))}, …)`;
  throw new CliError(`${folder} holds no data that can be read`, `it should have ${forms.join(", ")} or ${npy}`);
}

/**
 * The labels of a class output without names: the folders of train/, where there is one, so that test/ has the same
 * numbers even where it lacks a label.
 */
async function labelsIn(folder: string, samples: string, classes: number): Promise<readonly string[]> {
  const train = partFolder(folder, "train") ?? path.join(folder, "train");
  const source = isFolder(train) ? train : samples;
  const labels = await subfolders(source);
  if (labels.length !== classes) {
    throw new CliError(
      `${source} has ${labels.length} folders, but the model has ${classes} classes`,
      "every class needs one folder; or give the output names of labels",
    );
  }
  const unknown = (await subfolders(samples)).find((name) => !labels.includes(name));
  if (unknown !== undefined) throw new CliError(`${path.join(samples, unknown)} has no counterpart in ${train}`);
  // Folders that are numbered say themselves which class they are.
  const numbers = labels.map((_, index) => String(index));
  return numbers.every((number) => labels.includes(number)) ? numbers : labels;
}

/** Whether WAV files can feed an input. */
export function isSignal({ dtype, shape }: InputManifest): boolean {
  return dtype === "f32" && shape.length === 2;
}

/** Warns of the first file that was too short, and of the first that was too long. */
export function tellOfFits(): (fitted: FittedSignal) => void {
  const told = new Set<string>();
  return ({ file, samples, wanted }) => {
    const done = samples < wanted ? "zeros follow" : "the rest is cut off";
    if (told.has(done)) return;
    told.add(done);
    warn(`${file} has ${samples} samples, the network takes ${wanted}: ${done}, here and in other files`);
  };
}

/** Warns of each picture that cannot be decoded, once, and counts them. */
function tellOfCorrupt(): NonNullable<CorruptOptions["onCorrupt"]> {
  const told = new Set<string>();
  return ({ name, reason }) => {
    if (told.has(name)) return;
    told.add(name);
    warn(`${name}: ${reason}; another sample of its batch takes its place (${told.size} so far)`);
  };
}

const refuseCorrupt: CorruptOptions["onCorrupt"] = ({ name, reason }) => {
  throw new CliError(`${name}: ${reason}`, "put a sound picture there, or go on without such ones: --skip-corrupt");
};

/** The one input and the one class output that a data set of labelled files can feed. */
export function ends({ model, inputs, outputs }: Manifest): {
  readonly input: InputManifest;
  readonly target: string;
  readonly labels: readonly string[] | undefined;
  readonly classes: number;
} {
  const classes = outputs.filter(({ kind }) => kind === "class");
  const [input, second] = inputs;
  const [output] = classes;
  if (input === undefined || second !== undefined || output === undefined || classes.length > 1) {
    throw new CliError(
      `labelled pictures fit a model with one input and one class output; ${model} has ${inputs.length} and ${classes.length}`,
      "give it shards (train-000000.tar, …), a table (train.csv) or NPY files",
    );
  }
  if (input.dtype !== "u8" && !isSignal(input)) {
    const file = path.basename(npyFile("", "train", input.name));
    throw new CliError(
      `pictures are bytes, but ${input.name} takes ${input.dtype}`,
      input.dtype === "f32"
        ? `declare \`input ${input.name}: u8[…]\`, or \`f32[channels, samples]\` for sounds, or give ${file}`
        : `give it as NPY files: ${file}, …`,
    );
  }
  return { input, target: output.name, labels: output.labels, classes: output.shape[0] ?? 0 };
}

/** What samples are called where it is told how quick they are. */
export function nounOf({ inputs }: Manifest): "images" | "samples" {
  return inputs.every(({ dtype }) => dtype === "u8") ? "images" : "samples";
}

export interface Split {
  readonly train: Data;
  readonly validation: Data | undefined;
}

/** Keeps a share of the data aside, drawn by the seed, where their maker has not. Chunks stay together. */
export function split(data: Data, share: number, seed: number): Split {
  const aside = Math.floor(data.size * share);
  if (data.aside && share > 0) return { train: data, validation: data.aside };
  if (aside === 0) return { train: data, validation: undefined };
  // Epochs count from 0, so this order is no epoch's.
  const drawn = (size: number): Int32Array => shuffledOrder(size, seed, 0x7fffffff);
  const { size, chunks } = data;
  const order = chunks ? inChunks(size, chunks, drawn(chunks.starts.length)) : drawn(size);
  return { train: pick(data, order.subarray(aside)), validation: pick(data, order.subarray(0, aside)) };
}

function hasIdx(folder: string, part: "train" | "test"): boolean {
  const prefix = part === "train" ? "train" : "t10k";
  return fs.readdirSync(folder).some((name) => name.startsWith(prefix) && /-ubyte(\.gz)?$/.test(name));
}
