import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { CliError } from "./cli-error.ts";

export function isFolder(folder: string): boolean {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Before hours of work, not after. The file's folder is what counts: the file is written beside, then renamed. */
export function checkWritable(file: string, purpose: string): void {
  const folder = path.dirname(file);
  if (!isFolder(folder))
    throw new CliError(`${folder} is no folder, so ${path.basename(file)} cannot be written there`);
  if (isFolder(file)) throw new CliError(`${file} is a folder; ${purpose}`);
  const temporary = temporaryFor(file);
  try {
    fs.writeFileSync(temporary, "", { flag: "wx" });
    fs.rmSync(temporary);
  } catch (error) {
    throw new CliError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whole or not at all. */
export function writeWhole(file: string, bytes: Uint8Array): void {
  writeParts(file, [bytes]);
}

/** The same of parts that need not be in memory together. */
export function writeParts(file: string, parts: Iterable<Uint8Array>): void {
  const temporary = temporaryFor(file);
  try {
    const fd = fs.openSync(temporary, "wx");
    try {
      for (const part of parts) fs.writeFileSync(fd, part);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

const temporaryFor = (file: string): string => `${file}.${randomUUID().slice(0, 8)}.tmp`;
