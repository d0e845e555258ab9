import { CnncDataError } from "../errors.ts";
import { readBytes } from "./read-bytes.ts";

/** A signal as a WAV file has it. */
export interface Wav {
  /** Samples a second. */
  readonly rate: number;
  readonly channels: number;
  /** From -1 to 1; of each channel all in a row, one channel after the other: [channels, length]. */
  readonly data: Float32Array;
}

/** What `fmt ` tells of the samples. */
interface Format {
  readonly rate: number;
  readonly channels: number;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** PCM of 8 bits is unsigned with its zero in the middle, of more signed; all are scaled by their most negative number. */
const readers: Readonly<Record<string, Format["read"]>> = {
  "PCM, 8 bits": (view, at) => (view.getUint8(at) - 2 ** 7) / 2 ** 7,
  "PCM, 16 bits": (view, at) => view.getInt16(at, true) / 2 ** 15,
  "PCM, 24 bits": (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  "PCM, 32 bits": (view, at) => view.getInt32(at, true) / 2 ** 31,
  "float, 32 bits": (view, at) => view.getFloat32(at, true),
  "float, 64 bits": (view, at) => view.getFloat64(at, true),
};

const kinds: Readonly<Record<number, string>> = { 1: "PCM", 3: "float", 6: "A-law", 7: "µ-law", 0x55: "MP3" };
/** WAVEFORMATEXTENSIBLE: the kind stands further back. */
const extensible = 0xfffe;
/** What writes into a pipe does not know how much will come. */
const unknownSize = 0xffffffff;

/** Parses a RIFF WAVE file (Microsoft & IBM 1991): chunks of a name, a size and so many bytes, of which `fmt ` and `data` count. */
export function parseWav(bytes: Uint8Array, name = "WAV file"): Wav {
  const fail = (what: string): never => {
    throw new CnncDataError(`${name}: ${what}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || word(0) !== "RIFF" || word(8) !== "WAVE") fail("no WAV file");
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [chunk, size] = [word(at), view.getUint32(at + 4, true)];
    const left = bytes.length - (at + 8);
    const open = chunk === "data" && size === unknownSize;
    if (size > left && !open) fail(`the file is cut off: its chunk "${chunk}" has ${size} bytes, ${left} are left`);
    const body = new DataView(bytes.buffer, bytes.byteOffset + at + 8, open ? left : size);
    if (chunk === "fmt ") format = formatOf(body, fail);
    if (chunk === "data") return format ? samplesOf(body, format, fail) : fail("its samples come before their format");
    // Chunks begin at even places.
    at += 8 + size + (size % 2);
  }
  return fail(format ? "it has no samples" : "it does not tell the format of its samples");
}

type Fail = (what: string) => never;

function formatOf(fmt: DataView, fail: Fail): Format {
  if (fmt.byteLength < 16) return fail("the description of its format is cut off");
  const given = fmt.getUint16(0, true);
  const code = given === extensible && fmt.byteLength >= 26 ? fmt.getUint16(24, true) : given;
  const [channels, rate, block] = [fmt.getUint16(2, true), fmt.getUint32(4, true), fmt.getUint16(12, true)];
  const bits = fmt.getUint16(14, true);
  const kind = `${kinds[code] ?? `format ${code}`}, ${bits} bits`;
  const read = readers[kind];
  if (read === undefined) return fail(`samples of ${kind}; ${Object.keys(readers).join("; ")} can be read`);
  if (channels === 0 || rate === 0 || block !== (channels * bits) / 8)
    return fail(`its format contradicts itself: ${channels} channels, ${rate} Hz, ${block} bytes for ${kind}`);
  return { rate, channels, bytes: bits / 8, read };
}

function samplesOf(body: DataView, { rate, channels, bytes, read }: Format, fail: Fail): Wav {
  const length = Math.floor(body.byteLength / (channels * bytes));
  if (length === 0) return fail("it has no samples");
  const data = new Float32Array(channels * length);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < length; i++) data[c * length + i] = read(body, (i * channels + c) * bytes);
  if (!data.every(Number.isFinite)) return fail("a sample is no finite number");
  return { rate, channels, data };
}

/** Reads a WAV file, gzip-compressed or not. */
export async function readWav(file: string): Promise<Wav> {
  return parseWav(await readBytes(file), file);
}
