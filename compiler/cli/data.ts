import * as fs from "node:fs";
import * as path from "node:path";
import {
  labelledImagesDataset,
  mustHaveSamples,
  npyFile,
  openImageFolder,
  openNpyFolder,
  openSignalFolder,
  pick,
  readMnist,
  shuffledOrder,
  subfolders,
} from "../../runtime/index.ts";
import type {
  Batch,
  Dataset,
  FittedSignal,
  InputManifest,
  Manifest,
  MnistPart,
  NpyColumn,
} from "../../runtime/index.ts";
import { CliError } from "./cli-error.ts";
import { isFolder } from "./output-file.ts";
import type { AnyModel } from "./load.ts";
import { warn } from "./terminal.ts";

export type Data = Dataset<Batch<AnyModel>>;

/** Training or test data: pictures or sounds for a model with one as input and one class output, NPY files for any. */
export async function openData(folder: string, part: MnistPart, manifest: Manifest): Promise<Data> {
  if (!isFolder(folder)) throw new CliError(`${folder} is no folder`);
  const data = hasNpy(folder, manifest)
    ? ((await openNpyFolder(folder, part, columnsOf(folder, part, manifest))) as unknown as Data)
    : await readLabelled(folder, part, manifest);
  mustHaveSamples(data);
  return data;
}

/** Whether there is an NPY file for an input. */
export function hasNpy(folder: string, { inputs }: Manifest): boolean {
  return inputs.some(
    ({ name }) => fs.existsSync(npyFile(folder, "train", name)) || fs.existsSync(npyFile(folder, "test", name)),
  );
}

/** All inputs, and outputs: for training those that need a target, else those that there are files of. */
function columnsOf(folder: string, part: MnistPart, { inputs, outputs, train }: Manifest): readonly NpyColumn[] {
  const wanted = outputs.filter(({ name }) =>
    part === "train" ? train?.targets.includes(name) : fs.existsSync(npyFile(folder, part, name)),
  );
  const targets = wanted.map(({ name, kind, shape }) => ({ name, shape: kind === "class" ? shape.slice(1) : shape }));
  return [...inputs, ...targets];
}

async function readLabelled(folder: string, part: MnistPart, manifest: Manifest): Promise<Data> {
  const { input, target, labels, classes } = ends(manifest);
  const { name, shape, rate } = input;
  const signals = isSignal(input);
  if (!signals && hasIdx(folder)) {
    return labelledImagesDataset(await readMnist(folder, part), { input: name, target, shape }) as unknown as Data;
  }
  const samples = path.join(folder, part);
  if (isFolder(samples)) {
    // Named labels are the model's; what it only counts takes its names from the folders it is trained with.
    const found = labels ?? (await labelsIn(folder, part, classes));
    const mayLack = labels === undefined && part === "test";
    const options = { input: name, target, shape, labels: found, mayLack };
    const opened = signals
      ? openSignalFolder(samples, { ...options, rate, fit: "end", onFit: tellOfFits() })
      : openImageFolder(samples, options);
    return (await opened) as unknown as Data;
  }
  throw new CliError(
    `${folder} holds no data that can be read`,
    `it should have ${signals ? "" : "IDX files (train-images-idx3-ubyte, t10k-images-idx3-ubyte, …), "}the folders train/ and test/, or ` +
      `NPY files (${path.basename(npyFile(folder, "train", name))}, …)`,
  );
}

/**
 * The labels of a class output without names: the folders of train/, where there is one, so that test/ has the same
 * numbers even where it lacks a label.
 */
async function labelsIn(folder: string, part: MnistPart, classes: number): Promise<readonly string[]> {
  const train = path.join(folder, "train");
  const source = isFolder(train) ? train : path.join(folder, part);
  const labels = await subfolders(source);
  if (labels.length !== classes) {
    throw new CliError(
      `${source} has ${labels.length} folders, but the model has ${classes} classes`,
      "every class needs one folder; or give the output names of labels",
    );
  }
  const unknown = (await subfolders(path.join(folder, part))).find((name) => !labels.includes(name));
  if (unknown !== undefined) throw new CliError(`${path.join(folder, part, unknown)} has no counterpart in ${train}`);
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
      "train it from a program, with its generated API",
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

/** Keeps a share of the data aside, drawn by the seed. */
export function split(data: Data, share: number, seed: number): Split {
  const aside = Math.floor(data.size * share);
  if (aside === 0) return { train: data, validation: undefined };
  // Epochs count from 0, so this order is no epoch's.
  const order = shuffledOrder(data.size, seed, 0x7fffffff);
  return { train: pick(data, order.subarray(aside)), validation: pick(data, order.subarray(0, aside)) };
}

function hasIdx(folder: string): boolean {
  return fs.readdirSync(folder).some((name) => /-ubyte(\.gz)?$/.test(name));
}
