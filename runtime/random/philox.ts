/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): four random words
 * as a pure function of key and counter, so any element can be drawn on any thread, in any order.
 */

const rounds = 10;
const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** The upper 32 bits of a·b; numbers hold 53, so it goes by halves. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + (carry >>> 16)) >>> 0;
}

/** Writes the four words of (counter, key) to `out`. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(multiplier0, c0);
    const low0 = Math.imul(multiplier0, c0) >>> 0;
    const high1 = multiplyHigh(multiplier1, c2);
    const low1 = Math.imul(multiplier1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** FNV-1a of the UTF-8 bytes: what makes a layer's stream its own, whatever stands around it. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

/** A stream of random words: key = (low word of the seed, stream), counter = (n, 0, high word of the seed, 0). */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #seedHigh: number;
  readonly #words = new Uint32Array(4);
  #block = 0;
  #used = 4;

  constructor(seed: number, stream: number) {
    checkSeed(seed);
    this.#key = [seed >>> 0, stream >>> 0];
    this.#seedHigh = Math.floor(seed / 2 ** 32);
  }

  /** The next 32 bits. */
  word(): number {
    if (this.#used === 4) {
      const counter = [this.#block % 2 ** 32, Math.floor(this.#block / 2 ** 32), this.#seedHigh, 0];
      philox(counter as [number, number, number, number], this.#key, this.#words);
      this.#block++;
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** Uniform in [0, 1), a multiple of 2⁻²⁴: exact in 32-bit floats, the same on every target. */
  uniform(): number {
    return (this.word() >>> 8) * 2 ** -24;
  }

  /** A whole number in [0, limit), without bias: words beyond the last full range are drawn again. */
  below(limit: number): number {
    const fair = 2 ** 32 - (2 ** 32 % limit);
    for (;;) {
      const word = this.word();
      if (word < fair) return word % limit;
    }
  }
}

export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed: expected a whole number from 0 to 2^53 - 1, got ${seed}`);
  }
}
