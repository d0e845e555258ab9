import * as fs from "node:fs";
import { sourceFile } from "../../grammar/index.ts";
import type { SourceFile } from "../../grammar/index.ts";
import { CliError } from "./cli-error.ts";

/** Reads a .cnn file. */
export function readSource(path: string): SourceFile {
  try {
    const { size } = fs.statSync(path);
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes`);
    return sourceFile(path, fs.readFileSync(path, "utf8"));
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** The largest file that is read at all; what may be compiled is far smaller and is told by the parser. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A file that another one names, or nothing when there is none. */
export function loadSource(path: string): SourceFile | undefined {
  const found = fs.statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return undefined;
  return readSource(path);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder; name a .cnn file in it",
  EACCES: "permission denied",
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? message;
}
