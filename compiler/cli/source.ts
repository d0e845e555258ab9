import * as fs from "node:fs";
import { sourceFile } from "../../grammar/index.ts";
import type { SourceFile } from "../../grammar/index.ts";
import { CliError } from "./cli-error.ts";

/** Reads a .cnn file. */
export function readSource(path: string): SourceFile {
  try {
    return sourceFile(path, fs.readFileSync(path, "utf8"));
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${reasonOf(error)}`);
  }
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
