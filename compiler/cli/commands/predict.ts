import * as path from "node:path";
import { mustHaveSamples, npyFile, openNpyFolder, readImages, readMnist, readSignals } from "../../../runtime/index.ts";
import type { ClassPredictions, InputManifest, Inputs, Manifest } from "../../../runtime/index.ts";
import { CliError } from "../cli-error.ts";
import type { ExitCode } from "../cli-error.ts";
import { columns, formatShare } from "../columns.ts";
import { hasNpy, isSignal, nounOf, tellOfFits } from "../data.ts";
import { withInterrupt } from "../interrupt.ts";
import { compileOne, loadModel } from "../load.ts";
import type { AnyModel } from "../load.ts";
import type { TargetOptions } from "../options.ts";
import { printJson, printLine } from "../terminal.ts";

export interface PredictCommandOptions extends TargetOptions {
  readonly weights: string;
  readonly data?: string;
  readonly rows?: readonly number[];
  readonly top: number;
  readonly threads?: number;
}

/** `cnnc predict FILE --weights W IMAGES…` */
export async function predictCommand(
  file: string,
  images: readonly string[],
  options: PredictCommandOptions,
): Promise<ExitCode> {
  if (images.length > 0 === (options.data !== undefined)) {
    throw new CliError(
      "name the samples to predict for",
      "either pictures or WAV files, or --data FOLDER with --rows 0,5,7",
    );
  }
  if (options.rows !== undefined && options.data === undefined) {
    throw new CliError("--rows names rows of IDX or NPY files", "--data FOLDER says where they are");
  }
  const compiled = compileOne(file, options);
  if (compiled === undefined) return 1;
  const samples = await samplesOf(images, options, compiled.manifest);
  const outputs = await withInterrupt(async (signal) => {
    const net = await loadModel(file, compiled, options, signal);
    try {
      return await net.predict(samples.inputs as unknown as Inputs<AnyModel>);
    } finally {
      await net.dispose();
    }
  });
  const results = samples.names.map((name, i) => resultOf(name, i, outputs, compiled.manifest, options.top));
  if (options.json) printJson(results);
  else printLine(asText(results, compiled.manifest).join("\n"));
  return 0;
}

interface Samples {
  readonly names: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
}

async function samplesOf(
  files: readonly string[],
  options: PredictCommandOptions,
  manifest: Manifest,
): Promise<Samples> {
  const { data: folder, rows = [0] } = options;
  if (folder !== undefined && hasNpy(folder, "test", manifest)) {
    const all = await openNpyFolder(folder, "test", manifest.inputs);
    mustHaveRows(rows, all.size);
    return { names: rows.map(rowName), inputs: await all.gather(rows) };
  }
  const [input, second] = manifest.inputs;
  if (input === undefined || second !== undefined) {
    throw new CliError(`${manifest.model} has ${manifest.inputs.length} inputs; files can feed one`);
  }
  if (isSignal(input)) return { names: files, inputs: { [input.name]: await soundsOf(files, folder, input) } };
  if (input.dtype !== "u8") throw new CliError(`pictures are bytes, but ${input.name} takes ${input.dtype}`);
  if (folder === undefined) {
    return { names: files, inputs: { [input.name]: await readImages(files, { shape: input.shape }) } };
  }
  const { images } = await readMnist(folder, "test");
  const [count = 0] = images.shape;
  mustHaveSamples({ size: count });
  const size = images.data.length / count;
  const wanted = input.shape.reduce((product, n) => product * n, 1);
  if (size !== wanted) {
    throw new CliError(
      `the pictures are ${images.shape.slice(1).join("×")}, ${input.name} needs ${input.shape.join("×")}`,
    );
  }
  mustHaveRows(rows, count);
  const data = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => data.set(images.data.subarray(row * size, (row + 1) * size), i * size));
  return { names: rows.map(rowName), inputs: { [input.name]: data } };
}

function soundsOf(
  files: readonly string[],
  folder: string | undefined,
  { name, shape, rate }: InputManifest,
): Promise<Float32Array> {
  if (folder !== undefined)
    throw new CliError(`${folder} has no ${path.basename(npyFile(folder, "test", name))}`, "or name WAV files");
  return readSignals(files, { shape, rate, fit: "end", onFit: tellOfFits() });
}

const rowName = (row: number): string => `row ${row}`;

function mustHaveRows(rows: readonly number[], count: number): void {
  const beyond = rows.find((row) => row >= count);
  if (beyond !== undefined) throw new CliError(`there is no row ${beyond}; the file has ${count}, from 0`);
}

interface Choice {
  readonly label: string;
  readonly index: number;
  readonly probability: number;
}

interface Result {
  readonly source: string;
  /** A class with the most probable ones behind it, or plain numbers. */
  readonly outputs: Readonly<Record<string, (Choice & { readonly top: readonly Choice[] }) | readonly number[]>>;
}

function resultOf(source: string, row: number, outputs: object, manifest: Manifest, count: number): Result {
  const entries = manifest.outputs.map(({ name, kind, shape }) => {
    const value = (outputs as Record<string, unknown>)[name];
    if (kind === "class") {
      const prediction = (value as ClassPredictions)[row]!;
      return [name, { ...prediction.toJSON(), top: prediction.top(count) }] as const;
    }
    const size = shape.reduce((product, n) => product * n, 1);
    return [name, Array.from((value as Float32Array).subarray(row * size, (row + 1) * size))] as const;
  });
  return { source, outputs: Object.fromEntries(entries) };
}

function asText(results: readonly Result[], manifest: Manifest): string[] {
  const { outputs } = manifest;
  const rows = results.map(({ source, outputs: values }) => [
    path.basename(source),
    ...outputs.map(({ name }) => shown(values[name]!)),
  ]);
  return columns(
    [[nounOf(manifest) === "images" ? "picture" : "sample", ...outputs.map(({ name }) => name)], ...rows],
    ["left", ...outputs.map(() => "left" as const)],
  );
}

const MOST_NUMBERS = 6;

function shown(value: Result["outputs"][string]): string {
  if ("top" in value)
    return value.top.map(({ label, probability }) => `${label} ${formatShare(probability)}`).join("   ");
  const numbers = value.slice(0, MOST_NUMBERS).map((x) => x.toPrecision(4));
  return `${numbers.join(" ")}${value.length > MOST_NUMBERS ? ` … (${value.length})` : ""}`;
}
