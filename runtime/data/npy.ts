import { CnncDataError, reasonOf } from "../errors.ts";
import { describeShape, elementCount } from "../tensor/typed-array.ts";
import { formats } from "../weights/number-formats.ts";
import { readBytes } from "./read-bytes.ts";

/** An array of NumPy in the nearest of the kinds of arrays that models take. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Bytes and booleans; other whole numbers; all others. */
  readonly data: Uint8Array | Int32Array | Float32Array;
}

/** By the dtype's letter and its bytes. */
const decoders: Readonly<Record<string, (bytes: ArrayBuffer) => NpyArray["data"]>> = {
  b1: (bytes) => new Uint8Array(bytes),
  u1: (bytes) => new Uint8Array(bytes),
  i1: (bytes) => Int32Array.from(new Int8Array(bytes)),
  u2: (bytes) => Int32Array.from(new Uint16Array(bytes)),
  i2: (bytes) => Int32Array.from(new Int16Array(bytes)),
  u4: (bytes) => shortened(new Uint32Array(bytes)),
  i4: (bytes) => new Int32Array(bytes),
  u8: (bytes) => shortened(new BigUint64Array(bytes)),
  i8: (bytes) => shortened(new BigInt64Array(bytes)),
  f2: formats.F16.decode,
  f4: formats.F32.decode,
  f8: formats.F64.decode,
};

function shortened(values: Uint32Array | BigInt64Array | BigUint64Array): Int32Array {
  const short = Int32Array.from(values, Number);
  const changed = values.findIndex((value: number | bigint, i: number) => Number(value) !== short[i]);
  if (changed >= 0) throw new RangeError(`${values[changed]} at ${changed} does not fit into 32 bits`);
  return short;
}

/** Magic, version, and the length of the header: two bytes of it in version 1.0, four in 2.0 and 3.0. */
const magic = "\x93NUMPY";
const lengthAt = 8;

/** Where the elements of a file are, and how they are read. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly dataAt: number;
  /** Bytes of an element. */
  readonly itemSize: number;
  readonly decode: (bytes: ArrayBuffer) => NpyArray["data"];
}

/**
 * Parses the start of what `numpy.save` writes (the NPY format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
 * magic, version, header length, a Python dictionary with `descr`, `fortran_order` and `shape`; then come the elements, the
 * last dimension fastest.
 */
export function npyHeader(bytes: Uint8Array): NpyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString("latin1");
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return fail("it is compressed; unpack it with gunzip");
  if (bytes.length < 12 || text(0, magic.length) !== magic) return fail("not an NPY file");
  const headerAt = lengthAt + (bytes[6] === 1 ? 2 : 4);
  const dataAt = headerAt + (bytes[6] === 1 ? view.getUint16(lengthAt, true) : view.getUint32(lengthAt, true));
  if (dataAt > bytes.length) return fail("the file ends within its header");
  const header = text(headerAt, dataAt);
  const [, order = "", dtype = ""] = /'descr': *'([<>|=]?)([a-z]\d+)'/.exec(header) ?? [];
  const [, fortran] = /'fortran_order': *(True|False)/.exec(header) ?? [];
  const [, dimensions] = /'shape': *\(([\d, ]*)\)/.exec(header) ?? [];
  if (fortran === undefined || dimensions === undefined) return fail("its header is not that of one array");
  const decode = decoders[dtype];
  const itemSize = Number(dtype.slice(1));
  if (decode === undefined || (order === ">" && itemSize > 1))
    return fail(`elements of type ${order}${dtype}; ${Object.keys(decoders).join(", ")} can be read, little-endian`);
  const shape = (dimensions.match(/\d+/g) ?? []).map(Number);
  if (fortran === "True" && shape.length > 1)
    return fail("its first dimension is the fastest; save numpy.ascontiguousarray of it");
  return { shape, dataAt, itemSize, decode };
}

/** Refuses a file that has not so many bytes as its header says. */
export function mustHoldElements({ shape, dataAt, itemSize }: NpyHeader, fileSize: number): void {
  const [expected, have] = [elementCount(shape) * itemSize, fileSize - dataAt];
  if (have === expected) return;
  const verb = have < expected ? "cut off" : "too long";
  fail(`the file is ${verb}: ${describeShape(shape)} is ${expected} bytes, it has ${have}`);
}

function fail(what: string): never {
  throw new CnncDataError(what);
}

/** Parses all of a file; messages do not name it. */
export function npyArray(bytes: Uint8Array): NpyArray {
  const header = npyHeader(bytes);
  mustHoldElements(header, bytes.length);
  return { shape: header.shape, data: header.decode(new Uint8Array(bytes.subarray(header.dataAt)).buffer) };
}

/** Parses what `numpy.save` writes; `name` is for messages. */
export function parseNpy(bytes: Uint8Array, name = "NPY data"): NpyArray {
  try {
    return npyArray(bytes);
  } catch (error) {
    throw new CnncDataError(`${name}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Reads an NPY file, gzip-compressed or not. */
export async function readNpy(file: string): Promise<NpyArray> {
  return parseNpy(await readBytes(file), file);
}
