export interface MemberOptions {
  /** "0": a file; "L": the long name of what follows (GNU); "x": its attributes (pax). */
  readonly type?: string;
  readonly prefix?: string;
  /** As it stands in the header; default: the content's size in octal digits. */
  readonly size?: Uint8Array;
}

/** One member of a tar file (POSIX ustar): a header of 512 bytes, and the content, filled up to whole blocks. */
export function tarMember(name: string, content: string | Uint8Array, options: MemberOptions = {}): Buffer {
  const data = Buffer.from(content);
  const header = Buffer.alloc(512);
  const { type = "0", prefix = "", size = Buffer.from(octal(data.length, 11)) } = options;
  header.write(name, 0, 100);
  header.write(octal(0o644, 7), 100);
  header.set(size, 124);
  header.write(octal(0, 11), 136);
  header.write(" ".repeat(8), 148);
  header.write(type, 156);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return Buffer.concat([header, data, Buffer.alloc(-data.length & 511)]);
}

export const tarEnd = Buffer.alloc(1024);

/** A tar file of files given as { "folder/name": text or bytes }. */
export function tar(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  return Buffer.concat([...Object.entries(files).map(([name, content]) => tarMember(name, content)), tarEnd]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
