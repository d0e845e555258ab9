/** Bytes that come into a core in a cycle: from the first cache, the second, the third, from memory. */
const bytesPerCycle = { first: 64, second: 32, third: 24, memory: 7 } as const;
/** What of each cache one thread's data can count on. */
export const cacheBytes = { first: 36 * 1024, second: 768 * 1024, third: 12 * 1024 * 1024 } as const;

export type CacheLevel = keyof typeof bytesPerCycle;

/** Where so many bytes are found that are read again and again. */
export function levelOf(bytes: number): CacheLevel {
  if (bytes <= cacheBytes.first) return "first";
  if (bytes <= cacheBytes.second) return "second";
  return bytes <= cacheBytes.third ? "third" : "memory";
}

/** Of a stream that a core prefetches: the first cache gives no more than the second. */
export function cyclesToRead(bytes: number): number {
  const level = levelOf(bytes);
  return bytes / bytesPerCycle[level === "first" ? "second" : level];
}

/** Cycles for a byte of data of which `bytes` are in use by turns: each cache holds its share of them. */
export function cyclesPerByte(bytes: number): number {
  const beyond = (level: keyof typeof cacheBytes): number => Math.max(0, 1 - cacheBytes[level] / bytes);
  const [second, third, memory] = [beyond("first"), beyond("second"), beyond("third")];
  return (
    (1 - second) / bytesPerCycle.first +
    (second - third) / bytesPerCycle.second +
    (third - memory) / bytesPerCycle.third +
    memory / bytesPerCycle.memory
  );
}
