import * as fs from "node:fs";
import * as path from "node:path";
import { normalizePath } from "../../check/files.ts";
import { CliError } from "../cli-error.ts";

/** The files that paths mean, each once, sorted: of a folder, all `.cnn` files in it. */
export function findFiles(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap(filesOf).map(normalizePath))].sort();
}

function filesOf(given: string): readonly string[] {
  if (fs.statSync(given, { throwIfNoEntry: false })?.isDirectory() !== true) return [given];
  const found = [...filesBelow(given)];
  if (found.length === 0) throw new CliError(`${given} has no .cnn files`);
  return found;
}

function* filesBelow(folder: string): IterableIterator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && !isLeftOut(entry.name)) yield* filesBelow(full);
    else if (entry.isFile() && entry.name.endsWith(".cnn")) yield full;
  }
}

/** Other people's files, and what tools keep. */
function isLeftOut(name: string): boolean {
  return name === "node_modules" || name.startsWith(".");
}
