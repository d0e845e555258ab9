import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { CnncDataError, reasonOf } from "../errors.ts";

const largestFile = 2 ** 31;

/** A file's bytes, gzip-compressed or not (seen from its first bytes); unpacked at most 2 GiB. */
export function readBytes(file: string): Promise<Uint8Array> {
  return naming(file, async () => {
    const bytes = await fs.readFile(file);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
    return promisify(gunzip)(bytes, { maxOutputLength: largestFile });
  });
}

/** The bytes `from` … `to`-1 of a file. */
export function readRange(file: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  return naming(file, async () => {
    await using handle = await fs.open(file);
    const bytes = new Uint8Array(to - from);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    if (bytesRead < bytes.length) throw new CnncDataError("it became shorter after it was opened");
    return bytes;
  });
}

export function sizeOf(file: string): Promise<number> {
  return naming(file, async () => (await fs.stat(file)).size);
}

/** Errors of `read` become those of data, and say where they came from. */
export async function naming<T>(where: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new CnncDataError(`${where}: ${reasonOf(error)}`, { cause: error });
  }
}
