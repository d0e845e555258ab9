import * as fs from "node:fs/promises";
import * as path from "node:path";
import { CnncDataError } from "../errors.ts";
import { describeShape, elementCount } from "../tensor/typed-array.ts";
import { readBytes } from "./read-bytes.ts";

/**
 * IDX, the format of MNIST and its kin: 0, 0, type, number of dimensions; each dimension as a big-endian
 * 32-bit number; then the elements, the last dimension fastest. Only bytes (type 8) are read.
 */
export interface IdxArray {
  /** The file, or what else it came from. */
  readonly name?: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const unsignedByte = 0x08;

/** Parses an uncompressed IDX file; `name` is for messages. */
export function parseIdx(bytes: Uint8Array, name = "IDX data"): IdxArray {
  const fail = (what: string): never => {
    throw new CnncDataError(`${name}: ${what}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0) fail("not an IDX file");
  if (bytes[2] !== unsignedByte) fail(`elements of type ${bytes[2]}; only bytes (8) can be read`);
  const rank = bytes[3]!;
  const dataAt = 4 + 4 * rank;
  if (rank === 0 || bytes.length < dataAt) fail("the file ends within its dimensions");
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = elementCount(shape);
  const have = bytes.length - dataAt;
  if (have !== expected) {
    const verb = have < expected ? "cut off" : "too long";
    fail(`the file is ${verb}: ${describeShape(shape)} is ${expected} bytes, it has ${have}`);
  }
  // A plain array even where the file came as a Buffer.
  return { name, shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + dataAt, have) };
}

/** Reads an IDX file, gzip-compressed or not. */
export async function readIdx(file: string): Promise<IdxArray> {
  return parseIdx(await readBytes(file), file);
}

/** Pictures and their classes. */
export interface LabelledImages {
  readonly images: IdxArray;
  readonly labels: IdxArray;
}

export type MnistPart = "train" | "test";

const partPrefix = { train: "train", test: "t10k" } as const;

/** Reads train-images-idx3-ubyte, train-labels-idx1-ubyte (or t10k-…), each with or without `.gz`. */
export async function readMnist(folder: string, part: MnistPart): Promise<LabelledImages> {
  const prefix = partPrefix[part];
  return readLabelledImages(
    await findFile(folder, `${prefix}-images-idx3-ubyte`),
    await findFile(folder, `${prefix}-labels-idx1-ubyte`),
  );
}

/** The same from two files under any names. */
export async function readLabelledImages(imageFile: string, labelFile: string): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([readIdx(imageFile), readIdx(labelFile)]);
  if (labels.shape.length !== 1) {
    throw new CnncDataError(`${labelFile}: expected one dimension, got ${describeShape(labels.shape)}`);
  }
  if (images.shape[0] !== labels.shape[0]) {
    throw new CnncDataError(`${imageFile} has ${images.shape[0]} pictures, ${labelFile} has ${labels.shape[0]} labels`);
  }
  return { images, labels };
}

async function findFile(folder: string, name: string): Promise<string> {
  for (const candidate of [name, `${name}.gz`]) {
    const file = path.join(folder, candidate);
    const found = await fs.stat(file).then(
      (it) => it.isFile(),
      () => false,
    );
    if (found) return file;
  }
  throw new CnncDataError(`${folder} has neither ${name} nor ${name}.gz`);
}
