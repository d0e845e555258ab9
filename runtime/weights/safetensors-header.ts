import { CnncWeightsError, reasonOf } from "../errors.ts";
import { elementCount } from "../tensor/typed-array.ts";
import { formats, isNumberFormat, type NumberFormat } from "./number-formats.ts";

/**
 * The header of a safetensors file: eight bytes of length (little-endian), then that much JSON:
 * { name: { dtype, shape, data_offsets: [begin, end] }, "__metadata__": { string: string } }.
 * Offsets count from the end of the header; the tensors follow without holes or overlaps.
 */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TensorEntry {
  readonly dtype: NumberFormat;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The format's own limit. */
export const largestHeader = 100_000_000;

/** Checks everything that a reader of the data relies on. `dataBytes`: what follows the header. */
export function parseHeader(json: Uint8Array, dataBytes: number): SafetensorsHeader {
  const root = parseObject(json);
  const metadata = readMetadata(root["__metadata__"]);
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(root)) {
    if (name !== "__metadata__") tensors.set(name, readEntry(name, value));
  }
  checkCoverage(tensors, dataBytes);
  return { tensors, metadata };
}

function parseObject(json: Uint8Array): Record<string, unknown> {
  let text: string;
  let root: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json);
    root = JSON.parse(text);
  } catch (error) {
    throw new CnncWeightsError(`the header is not JSON: ${reasonOf(error)}`, { cause: error });
  }
  if (!isObject(root)) throw new CnncWeightsError("the header is not a JSON object");
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new CnncWeightsError(`the header has ${JSON.stringify(twice)} twice`);
  return root;
}

/** A key that an object of valid JSON has twice: JSON.parse keeps the last one without a word. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    if (json[at] === "{") open.push(new Set());
    else if (json[at] === "}") open.pop();
    else if (json[at] === '"') {
      const end = endOfString(json, at);
      const key = isFollowedByColon(json, end) ? (JSON.parse(json.slice(at, end)) as string) : undefined;
      if (key !== undefined && open.at(-1)!.has(key)) return key;
      if (key !== undefined) open.at(-1)!.add(key);
      at = end - 1;
    }
  }
  return undefined;
}

/** Where the string that begins at `start` has ended. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}

function isFollowedByColon(json: string, end: number): boolean {
  let at = end;
  while (/\s/.test(json.charAt(at))) at++;
  return json[at] === ":";
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value) || !Object.values(value).every((it) => typeof it === "string")) {
    throw new CnncWeightsError("__metadata__ is not an object of strings");
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown): TensorEntry {
  const fail = (what: string): never => {
    throw new CnncWeightsError(`tensor ${name}: ${what}`, { tensor: name });
  };
  if (!isObject(value)) return fail("its entry is not an object");
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isNumberFormat(dtype)) {
    return fail(`dtype ${JSON.stringify(dtype)}; ${Object.keys(formats).join(", ")} can be read`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) return fail("its shape is not a list of sizes");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return fail("its data_offsets are not two positions");
  }
  const [begin, end] = offsets as [number, number];
  const bytes = elementCount(shape as number[]) * formats[dtype].bytes;
  if (end - begin !== bytes) return fail(`its data is ${end - begin} bytes, its shape needs ${bytes}`);
  return { dtype, shape: shape as number[], begin, end };
}

function checkCoverage(tensors: ReadonlyMap<string, TensorEntry>, dataBytes: number): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== at) {
      const message = `tensor ${name} begins at ${begin}, the one before it ends at ${at}`;
      throw new CnncWeightsError(message, { tensor: name });
    }
    at = end;
  }
  if (at !== dataBytes) {
    const verb = at > dataBytes ? "cut off" : "too long";
    throw new CnncWeightsError(`the file is ${verb}: tensors take ${at} bytes, it has ${dataBytes}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
