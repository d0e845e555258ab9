import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where builds are kept: $CNNC_CACHE, else the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  // An empty variable is one that is not set; a relative folder is one of this process.
  return resolve(env["CNNC_CACHE"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cnnc"));
}

/** The hash of all that decides what a build yields; each part is told apart from the next. */
export function cacheKey(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex").slice(0, 32);
}

/** A hash over the names and contents of a folder's files. */
export function folderHash(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return cacheKey(files.flatMap((file) => [file.slice(folder.length), readFileSync(file, "utf8")]));
}

/** Marks an entry as used just now, so that pruning takes older ones first; in a cache that is only read, nothing ages. */
export function touch(entry: string): void {
  const now = new Date();
  try {
    utimesSync(entry, now, now);
  } catch (error) {
    if (!["EROFS", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Copies an entry, all of it or nothing: there may be none, or another process may be pruning it. */
export function fetch(entry: string, to: string): void {
  try {
    cpSync(entry, to, { recursive: true });
    touch(entry);
  } catch {
    // What could not be had is made again; a disk that is full is told of then.
    rmSync(to, { recursive: true, force: true });
  }
}

/**
 * Moves a finished folder into the cache. Two builds of the same thing may finish at once: the first wins and the
 * second is thrown away, since both are alike.
 */
export function publish(finished: string, entry: string): void {
  mkdirSync(join(entry, ".."), { recursive: true });
  try {
    renameSync(finished, entry);
  } catch (error) {
    if (!existsSync(entry)) throw error;
    rmSync(finished, { recursive: true, force: true });
  }
}

const limitBytes = 2 ** 30;
/** A folder of work that is as old as this was left by a build that was killed. */
const staleAfterMs = 24 * 3600 * 1000;

/** Bytes of all that is kept. */
export function cacheSize(folder: string): number {
  return entriesOf(folder).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Removes the entries that were not used for longest, until the cache is below 1 GiB, and what killed builds left. */
export function prune(folder: string, limit = limitBytes): void {
  for (const { path, used, name } of measureAll(folder))
    if (name.startsWith("build-") && Date.now() - used > staleAfterMs) rmSync(path, { recursive: true, force: true });
  const entries = entriesOf(folder).sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { path, bytes } of entries) {
    total += bytes;
    if (total > limit) remove(path);
  }
}

/** Out of the way in one step first: no build may find an entry that is half gone. */
function remove(entry: string): void {
  const aside = mkdtempSync(join(entry, "..", "build-"));
  try {
    renameSync(entry, join(aside, "old"));
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/** The finished builds; what else lies in the folder is work. */
function entriesOf(folder: string) {
  return measureAll(folder).filter(({ name }) => /^[0-9a-f]{32}$/.test(name));
}

function measureAll(folder: string) {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => measure(join(folder, name), name));
}

/** Nothing where another process has just removed the folder. */
function measure(path: string, name: string) {
  try {
    const bytes = readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
    return [{ path, name, used: statSync(path).mtimeMs, bytes }];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
