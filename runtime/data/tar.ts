import * as fs from "node:fs/promises";
import { CnncDataError } from "../errors.ts";
import { naming } from "./read-bytes.ts";

/** A file within a tar file: its bytes are `offset` … `offset + size - 1` of the tar file. */
export interface TarMember {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

const blockSize = 512;
/** Small members are found without a call to the system for each. */
const windowSize = 64 * 1024;
/** Of a name or of a list of attributes. */
const longestText = 1024 * 1024;

/** Where the fields of a header lie (POSIX.1-2017, pax, ustar interchange format). */
const fields = {
  name: [0, 100],
  size: [124, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 6],
  prefix: [345, 155],
} as const;

/** Types of members: regular files, in three ways of saying it; names and attributes of what follows. */
const [regular, contiguous, gnuLongName, paxAttributes] = ["0", "7", "L", "x"];

/**
 * The files in a tar file, in its order: of their contents nothing is read. It reads ustar, pax and GNU files, and takes no
 * file that is damaged or cut off, wherever that is.
 */
export async function* tarMembers(file: string): AsyncGenerator<TarMember> {
  const handle = await naming(file, () => fs.open(file));
  try {
    const reader = new Reader(handle, file, (await handle.stat()).size);
    yield* reader.members();
  } finally {
    await handle.close();
  }
}

class Reader {
  readonly #handle: fs.FileHandle;
  readonly #file: string;
  readonly #end: number;
  readonly #window = Buffer.alloc(windowSize);
  #windowAt = 0;
  #windowEnd = 0;

  constructor(handle: fs.FileHandle, file: string, end: number) {
    this.#handle = handle;
    this.#file = file;
    this.#end = end;
  }

  async *members(): AsyncGenerator<TarMember> {
    let given: { name?: string; size?: number } = {};
    for (let at = 0; ;) {
      const header = await this.#block(at);
      if (header.every((byte) => byte === 0)) return;
      this.#check(header, at);
      const type = text(header, fields.type) || regular;
      const describes = type === paxAttributes || type === gnuLongName;
      const size = (describes ? undefined : given.size) ?? sizeIn(header);
      if (!Number.isSafeInteger(size) || size < 0) this.#fail(`it is damaged: the member at byte ${at} has no size`);
      const offset = at + blockSize;
      const name = given.name ?? nameOf(header);
      if (offset + size > this.#end) {
        this.#fail(`it is cut off within ${name}: ${size} bytes belong there, ${this.#end - offset} are left`);
      }
      at = offset + Math.ceil(size / blockSize) * blockSize;
      if (type === gnuLongName) given = { ...given, name: untilNul(await this.#text(offset, size)) };
      else if (type === paxAttributes) given = { ...given, ...attributes(await this.#text(offset, size)) };
      else {
        if (type === regular || type === contiguous) yield { name, offset, size };
        given = {};
      }
    }
  }

  /** The block at a place; what follows is mostly read with it. */
  async #block(at: number): Promise<Buffer> {
    if (at + blockSize > this.#end) {
      this.#fail("it is cut off: a tar file ends with blocks of zeros, and this one does not");
    }
    if (at < this.#windowAt || at + blockSize > this.#windowEnd) {
      const { bytesRead } = await this.#handle.read(this.#window, 0, windowSize, at);
      [this.#windowAt, this.#windowEnd] = [at, at + bytesRead];
      if (bytesRead < blockSize) this.#fail("it became shorter while it was read");
    }
    return this.#window.subarray(at - this.#windowAt, at - this.#windowAt + blockSize);
  }

  async #text(at: number, size: number): Promise<string> {
    if (size > longestText) this.#fail(`a name or list of attributes of ${size} bytes at byte ${at}`);
    const bytes = Buffer.alloc(size);
    await this.#handle.read(bytes, 0, size, at);
    return bytes.toString("utf8");
  }

  /** The sum of all bytes of a header, those of the sum itself taken for spaces. */
  #check(header: Buffer, at: number): void {
    const [from, length] = fields.checksum;
    const sum = header.reduce((total, byte, i) => total + (i >= from && i < from + length ? 0x20 : byte), 0);
    if (sum === parseInt(text(header, fields.checksum), 8)) return;
    if (at > 0) this.#fail(`it is damaged: at byte ${at} there should be a member, or the end`);
    const compressed = header[0] === 0x1f && header[1] === 0x8b;
    this.#fail(
      compressed ? "it is compressed; unpack it with gunzip (pictures are compressed already)" : "it is no tar file",
    );
  }

  #fail(what: string): never {
    throw new CnncDataError(`${this.#file}: ${what}`);
  }
}

/** Octal digits; where those do not suffice, the first bit is set and the rest is a binary number (GNU). */
function sizeIn(header: Buffer): number {
  const [from, length] = fields.size;
  if (header[from]! >= 0x80) return header.readUIntBE(from + length - 6, 6);
  const octal = text(header, fields.size).trim();
  return /^[0-7]*$/.test(octal) ? parseInt(octal || "0", 8) : NaN;
}

function text(header: Buffer, [from, length]: readonly [number, number]): string {
  return untilNul(header.toString("utf8", from, from + length));
}

function untilNul(value: string): string {
  const end = value.indexOf("\0");
  return end < 0 ? value : value.slice(0, end);
}

function nameOf(header: Buffer): string {
  const [name, prefix] = [text(header, fields.name), text(header, fields.prefix)];
  // GNU's header ends its magic with a space, and has times where POSIX has the prefix.
  const posix = header.toString("latin1", fields.magic[0], fields.magic[0] + 6) === "ustar\0";
  return posix && prefix !== "" ? `${prefix}/${name}` : name;
}

/** `30 path=…\n`: the length of the whole record in bytes, a name, a value. */
function attributes(records: string): { name?: string; size?: number } {
  const result: { name?: string; size?: number } = {};
  let bytes = Buffer.from(records, "utf8");
  while (bytes.length > 0) {
    const length = parseInt(bytes.toString("latin1", 0, 20), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^\d+ ([^=]*)=([^]*)\n$/.exec(bytes.toString("utf8", 0, length)) ?? [];
    if (key === "path" && value !== undefined) result.name = value;
    if (key === "size") result.size = Number(value);
    bytes = bytes.subarray(length);
  }
  return result;
}
