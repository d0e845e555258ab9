import * as fs from "node:fs";
import type { TunedLayer, Tuning } from "../ir/tuning.ts";
import { CliError } from "./cli-error.ts";
import { checkWritable, writeWhole } from "./output-file.ts";

/** `lenet.tune.json` for `lenet.cnn`: made by `cnnc build --tune`, read by every later command, and committed where wanted. */
export function tuningPath(file: string): string {
  return `${file.replace(/\.cnn$/, "")}.tune.json`;
}

/** What was measured for the layers of a file; nothing where there is no such file. */
export function readTuning(file: string): Tuning | undefined {
  const path = tuningPath(file);
  if (!fs.existsSync(path)) return undefined;
  let found: unknown;
  try {
    found = JSON.parse(fs.readFileSync(path, "utf8"));
  } catch (error) {
    throw damaged(path, (error as Error).message);
  }
  if (!isTuning(found)) throw damaged(path, "it holds no measurements of layers by level of processors");
  return found;
}

export function writeTuning(file: string, tuning: Tuning): void {
  writeWhole(tuningPath(file), Buffer.from(`${JSON.stringify(tuning, null, 2)}\n`));
}

/** Before minutes of measuring. */
export function checkTuningWritable(file: string): void {
  checkWritable(tuningPath(file), "measurements are to be written there");
}

function damaged(path: string, reason: string): CliError {
  return new CliError(`${path} cannot be used: ${reason}`, "delete it, or make it anew with `cnnc build --tune`");
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isTuning(value: unknown): value is Tuning {
  return (
    isRecord(value) && Object.values(value).every((layers) => isRecord(layers) && Object.values(layers).every(isLayer))
  );
}

function isLayer(value: unknown): value is TunedLayer {
  if (!isRecord(value)) return false;
  const { use, milliseconds } = value;
  return typeof use === "string" && isRecord(milliseconds) && Object.values(milliseconds).every(Number.isFinite);
}
