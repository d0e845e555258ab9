/** Safetensors files: damaged or hostile ones, which readers in TypeScript and in C++ must refuse, and sound ones. */

/** A file from a header's text and so many bytes of data. */
export function fileOf(json: string, dataBytes: number, length = BigInt(Buffer.byteLength(json))): Uint8Array {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length);
  return Buffer.concat([prefix, Buffer.from(json), Buffer.alloc(dataBytes)]);
}

const whole = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
const tensor = (fields: object = {}) => JSON.stringify({ ...whole, ...fields });
const entry = (fields: object) => `{"t":${tensor(fields)}}`;

export const corruptFiles: Readonly<Record<string, Uint8Array>> = {
  "no bytes": new Uint8Array(0),
  "seven bytes": new Uint8Array(7),
  "a text": Buffer.from("hello, world, hello"),
  "a header longer than the file": fileOf("{}", 0, 100n),
  "a header of 2 GiB": fileOf("{}", 0, 2n ** 31n),
  "a header of 2^63 bytes": fileOf("{}", 0, 2n ** 63n),
  "a header of 2^64 - 1 bytes": fileOf("{}", 0, 2n ** 64n - 1n),
  "no header": fileOf("", 8),
  "a header that is not JSON": fileOf("{", 0),
  "a header that is not UTF-8": Buffer.from(fileOf("{}", 0)).fill(0xff, 8),
  "a byte order mark": fileOf(`\ufeff${entry({})}`, 8),
  "a name that is not UTF-8": Buffer.from(fileOf(entry({}), 8)).fill(0xc0, 10, 11),
  "a name with a line break": fileOf(`{"a\n":${tensor()}}`, 8),
  "metadata that are no strings": fileOf('{"__metadata__":{"a":1}}', 0),
  "a size with a zero in front": fileOf(entry({}).replace("[2]", "[02]"), 8),
  "a header that is a list": fileOf("[]", 0),
  "a header a million lists deep": fileOf(`{"t":${"[".repeat(1e6)}`, 0),
  "an entry a million lists deep": fileOf(`{"t":${"[".repeat(1e6)}${"]".repeat(1e6)}}`, 0),
  "an entry that is a number": fileOf('{"t":1}', 0),
  "a name without an end": fileOf(`{"${"x".repeat(1e6)}`, 0),
  "two tensors of a name": fileOf(`{"t":${tensor()},"t":${tensor()}}`, 8),
  "two names that are spelt differently": fileOf(`{"t":${tensor()},"\\u0074" : ${tensor()}}`, 8),
  "two shapes": fileOf('{"t":{"dtype":"F32","shape":[2],"shape":[1,2],"data_offsets":[0,8]}}', 8),
  "no dtype": fileOf('{"t":{"shape":[2],"data_offsets":[0,8]}}', 8),
  "no shape": fileOf('{"t":{"dtype":"F32","data_offsets":[0,8]}}', 8),
  "no offsets": fileOf('{"t":{"dtype":"F32","shape":[2]}}', 8),
  integers: fileOf(entry({ dtype: "I32" }), 8),
  "half floats of another size": fileOf(entry({ dtype: "F16" }), 8),
  "a dtype called toString": fileOf(entry({ dtype: "toString" }), 8),
  "a negative size": fileOf(entry({ shape: [-2] }), 8),
  "a fractional size": fileOf(entry({ shape: [0.5, 4] }), 8),
  "sizes whose product overflows": fileOf(entry({ shape: [2 ** 52, 2 ** 52] }), 8),
  "sizes whose product is 2 modulo 2^64": fileOf(entry({ shape: [2 ** 32 + 1, 2 ** 32 - 1] }), 8),
  "three offsets": fileOf(entry({ data_offsets: [0, 4, 8] }), 8),
  "offsets that do not fit the shape": fileOf(entry({ shape: [3] }), 8),
  "offsets in reverse": fileOf(entry({ data_offsets: [8, 0] }), 8),
  "offsets beyond 2^53": fileOf('{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}', 8),
  "a hole before the first tensor": fileOf(entry({ data_offsets: [4, 12] }), 12),
  "a hole between tensors": fileOf(`{"a":${tensor()},"b":${tensor({ data_offsets: [12, 20] })}}`, 20),
  "tensors that overlap": fileOf(`{"a":${tensor()},"b":${tensor({ data_offsets: [4, 12] })}}`, 12),
  "tensors in the same place": fileOf(`{"a":${tensor()},"b":${tensor()}}`, 8),
  "data that are cut off": fileOf(entry({}), 7),
  "data after the last tensor": fileOf(entry({}), 9),
};

/** A file that is in order. */
export const soundFile: Uint8Array = fileOf(
  `{"__metadata__":{"model":"A"},"a.weight":${tensor({ shape: [2, 2], data_offsets: [0, 16] })},"b":${tensor({ data_offsets: [16, 24] })}}`,
  24,
);

/** 1, -2.5, the largest half float and 2^-24 in each format, and as floats; but for BF16, which lacks the last bits. */
export const formatsFile: { readonly bytes: Uint8Array; readonly values: Readonly<Record<string, readonly number[]>> } =
  {
    bytes: Buffer.concat([
      fileOf(
        JSON.stringify({
          F64: tensorOf("F64", 0, 32),
          F16: tensorOf("F16", 32, 40),
          BF16: tensorOf("BF16", 40, 48),
        }),
        0,
      ),
      Buffer.from(Float64Array.of(1, -2.5, 65504, 2 ** -24).buffer),
      Buffer.from(Uint16Array.of(0x3c00, 0xc100, 0x7bff, 0x0001).buffer),
      Buffer.from(Uint16Array.of(0x3f80, 0xc020, 0x4780, 0x3380).buffer),
    ]),
    values: { F64: [1, -2.5, 65504, 2 ** -24], F16: [1, -2.5, 65504, 2 ** -24], BF16: [1, -2.5, 65536, 2 ** -24] },
  };

function tensorOf(dtype: string, begin: number, end: number): object {
  return { dtype, shape: [4], data_offsets: [begin, end] };
}
