import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BuildError, mendOf, reasonOf } from "./build-error.ts";

/** A file to be written, by a function that is given the path to write to. */
interface Writing {
  readonly name: string;
  readonly write: (to: string) => void;
}

/**
 * Writes files that belong together: all are written under other names before the first takes its place. A program
 * that has an old file mapped keeps it, and where the disk is full the old files stay as they are.
 */
export function writeTogether(folder: string, files: readonly Writing[]): void {
  const mark = randomUUID().slice(0, 8);
  const temporary = (name: string): string => join(folder, `${name}.${mark}.tmp`);
  let made: string | undefined;
  try {
    made = mkdirSync(folder, { recursive: true });
    for (const { name, write } of files) write(temporary(name));
    for (const { name } of files) renameSync(temporary(name), join(folder, name));
  } catch (error) {
    for (const { name } of files) discard(temporary(name));
    if (made !== undefined) discard(made);
    throw new BuildError(
      `${folder} cannot be written: ${reasonOf(error)}`,
      mendOf(error, "make room there or name another folder with --out"),
    );
  }
}

/** As far as that is possible: the error that is told is the first one. */
function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    return;
  }
}
