import * as fs from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { CnncWeightsError, CnncWriteError, reasonOf } from "../errors.ts";
import { describeShape, elementCount } from "../tensor/typed-array.ts";

/** A tensor to write; its values are asked for when their turn comes. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  read(): Float32Array;
}

/** The header's bytes: length, JSON, spaces up to a multiple of eight. Same tensors, same bytes. */
export function safetensorsHeader(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  // Without a prototype: a tensor may be called toString.
  const root = Object.create(null) as Record<string, unknown>;
  if (Object.keys(metadata).length > 0) root["__metadata__"] = metadata;
  let at = 0;
  for (const { name, shape } of tensors) {
    if (name in root) throw new CnncWeightsError(`two tensors are called ${name}`);
    const end = at + elementCount(shape) * 4;
    root[name] = { dtype: "F32", shape, data_offsets: [at, end] };
    at = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(root));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}

/**
 * Writes a file that is whole or not there: a temporary file beside it, forced to the disk, then renamed. What had its name
 * before stays where that fails, by a CnncWriteError.
 */
export async function writeSafetensors(
  path: string | URL,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header = safetensorsHeader(tensors, metadata);
  const target = path instanceof URL ? fileURLToPath(path) : path;
  const temporary = `${target}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await fs.open(temporary, "wx");
    try {
      await file.writeFile(header);
      for (const tensor of tensors) await file.writeFile(bytesOf(tensor));
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    if (error instanceof CnncWeightsError) throw error;
    throw new CnncWriteError(`${target} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

function bytesOf(tensor: TensorToWrite): Uint8Array {
  const values = tensor.read();
  if (values.length !== elementCount(tensor.shape)) {
    throw new CnncWeightsError(`${tensor.name}: ${values.length} values for a shape of ${describeShape(tensor.shape)}`);
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
