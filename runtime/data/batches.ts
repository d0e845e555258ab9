/** Cuts an order into batches; the last one may be shorter, no sample is left out. */
export function* batchesOf(order: Int32Array, size: number): Generator<Int32Array> {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`batch: expected a whole number from 1, got ${size}`);
  }
  for (let at = 0; at < order.length; at += size) yield order.subarray(at, at + size);
}

/** 0, 1, 2, … size-1. */
export function naturalOrder(size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, i) => i);
}
