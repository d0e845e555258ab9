import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { CnncDataError, reasonOf } from "../errors.ts";

const largestFile = 2 ** 31;

/** A file's bytes, gzip-compressed or not (seen from its first bytes); unpacked at most 2 GiB. */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const bytes = await fs.readFile(file);
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
    return await promisify(gunzip)(bytes, { maxOutputLength: largestFile });
  } catch (error) {
    throw new CnncDataError(`${file}: ${reasonOf(error)}`, { cause: error });
  }
}
