import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { CnncWeightsError, reasonOf } from "../errors.ts";
import { formats } from "./number-formats.ts";
import { largestHeader, parseHeader, type SafetensorsHeader } from "./safetensors-header.ts";
import type { StoredWeights, Weights } from "./weights.ts";

/** A file that is open: tensors are read one by one, so a large network is never in memory twice. */
export interface SafetensorsFile extends Weights, Disposable {
  close(): void;
}

/** Opens a file; every fault in it is a CnncWeightsError that names the file. */
export function openSafetensors(path: string | URL): SafetensorsFile {
  const file = path instanceof URL || path.startsWith("file:") ? fileURLToPath(path) : path;
  const fd = naming(file, () => openFile(file));
  try {
    const size = naming(file, () => fs.fstatSync(fd).size);
    const source: Source = {
      size,
      read: (into, position) => readFully(fd, into, position),
    };
    const weights = naming(file, () => readWeights(source));
    const close = () => fs.closeSync(fd);
    const read = (name: string) => naming(file, () => weights.read(name));
    const stored = { file: fd, position: weights.position };
    return { ...weights, read, stored, close, [Symbol.dispose]: close };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** The same from memory. */
export function parseSafetensors(bytes: Uint8Array): Weights {
  return readWeights({
    size: bytes.length,
    read: (into, position) => into.set(bytes.subarray(position, position + into.length)),
  });
}

interface Source {
  readonly size: number;
  read(into: Uint8Array, position: number): void;
}

function readWeights(source: Source): Weights & Pick<StoredWeights, "position"> {
  const { header, dataAt } = readHeader(source);
  const find = (name: string) => {
    const entry = header.tensors.get(name);
    if (!entry) throw new CnncWeightsError(`there is no tensor ${name}`, { missing: [name] });
    return entry;
  };
  return {
    names: [...header.tensors.keys()],
    metadata: header.metadata,
    has: (name) => header.tensors.has(name),
    shape: (name) => find(name).shape,
    read: (name) => {
      const { dtype, begin, end } = find(name);
      // A fresh array: the format promises no alignment.
      const bytes = new Uint8Array(end - begin);
      source.read(bytes, dataAt + begin);
      return formats[dtype].decode(bytes.buffer);
    },
    position: (name) => {
      const { dtype, begin } = find(name);
      return dtype === "F32" ? dataAt + begin : -1;
    },
  };
}

function readHeader(source: Source): { header: SafetensorsHeader; dataAt: number } {
  if (source.size < 8) throw new CnncWeightsError(`${source.size} bytes are not a safetensors file`);
  const prefix = new Uint8Array(8);
  source.read(prefix, 0);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > largestHeader || 8n + length > BigInt(source.size)) {
    throw new CnncWeightsError(`not a safetensors file: a header of ${length} bytes in ${source.size}`);
  }
  const json = new Uint8Array(Number(length));
  source.read(json, 8);
  const dataAt = 8 + json.length;
  return { header: parseHeader(json, source.size - dataAt), dataAt };
}

/** A pipe would be waited for, for ever. */
function openFile(file: string): number {
  if (!fs.statSync(file).isFile()) throw new CnncWeightsError("not a file");
  return fs.openSync(file, "r");
}

function readFully(fd: number, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    // One read is limited to 2 GiB.
    const wanted = Math.min(into.length - done, 2 ** 30);
    const count = fs.readSync(fd, into, done, wanted, position + done);
    if (count === 0) throw new CnncWeightsError("the file ended while it was read");
    done += count;
  }
}

function naming<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const fault = error instanceof CnncWeightsError ? error : {};
    throw new CnncWeightsError(`${file}: ${reasonOf(error)}`, { ...fault, cause: error });
  }
}
