/** Copies of a file with a few bytes changed, cut out or put in; the same ones for the same seed. */
export function mutations(file: Uint8Array, count: number): Uint8Array[] {
  let state = 1;
  // A linear congruential generator; the high bits are the random ones.
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const bytes = Buffer.from('{}[]":,\\0-1e9u\x00\xff', "latin1");
  return Array.from({ length: count }, () => {
    const copy = [...file];
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const byte = below(2) === 0 ? below(256) : bytes[below(bytes.length)]!;
      // Two of three changes in the header.
      const at = below(3) === 0 ? below(copy.length) : below(Math.min(copy.length, 200));
      copy.splice(at, below(2), ...(below(3) === 0 ? [] : [byte]));
    }
    return Uint8Array.from(copy);
  });
}
