/** How safetensors files hold the numbers of a tensor: little-endian, IEEE 754 but for BF16, the upper half of an F32. */
export type NumberFormat = keyof typeof formats;

export interface Format {
  /** Of one number. */
  readonly bytes: number;
  /** The nearest floats to the numbers that `bytes` holds. */
  readonly decode: (bytes: ArrayBuffer) => Float32Array;
}

export const formats = {
  F32: { bytes: 4, decode: (bytes) => new Float32Array(bytes) },
  F64: { bytes: 8, decode: (bytes) => Float32Array.from(new Float64Array(bytes)) },
  F16: { bytes: 2, decode: (bytes) => Float32Array.from(new Uint16Array(bytes), half) },
  BF16: { bytes: 2, decode: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(bytes), upperHalf).buffer) },
} as const satisfies Readonly<Record<string, Format>>;

export function isNumberFormat(name: unknown): name is NumberFormat {
  return typeof name === "string" && Object.hasOwn(formats, name);
}

function upperHalf(bits: number): number {
  return bits << 16;
}

/** binary16: 1 bit of sign, 5 of exponent e, 10 of fraction f: ±2^(e-15)·(1 + f/1024), below e = 1 ±2^-14·f/1024. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : 2 ** (exponent - 25) * (1024 + fraction));
}
