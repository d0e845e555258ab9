export type TypedArray = Uint8Array | Uint8ClampedArray | Uint16Array | Int32Array | Float32Array | Float64Array;

/** Number of elements of one sample. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** For messages: "Float32Array of 784", "string", "null". */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (ArrayBuffer.isView(value)) {
    const length = (value as { length?: number }).length ?? value.byteLength;
    return `${value.constructor.name} of ${length}`;
  }
  if (Array.isArray(value)) return `array of ${value.length}`;
  return typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}

/** "1×28×28"; one number for an empty shape. */
export function describeShape(shape: readonly number[]): string {
  return shape.length === 0 ? "one number" : shape.join("×");
}

/** Copies rows `indices` of `size` elements each; the result has the source's type. */
export function gatherRows<Data extends TypedArray>(source: Data, size: number, indices: ArrayLike<number>): Data {
  const rows = emptyLike(source, indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * size;
    if (size === 1) rows[i] = source[from]!;
    else rows.set(source.subarray(from, from + size), i * size);
  }
  return rows;
}

/** Zeros in an array of the same kind. */
export function emptyLike<Data extends TypedArray>(source: Data, length: number): Data {
  // A Buffer is a Uint8Array too, but must not be made with `new`.
  const make = source instanceof Uint8Array ? Uint8Array : source.constructor;
  return new (make as new (length: number) => Data)(length);
}
