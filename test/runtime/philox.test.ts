import { describe, expect, it } from "vitest";
import { RandomStream, hashName, philox } from "../../runtime/random/philox.ts";

/** Random123's kat_vectors: counter, key, words. */
const knownAnswers = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const;

const words = (text: string) => text.split(" ").map((word) => Number.parseInt(word, 16));

describe("philox", () => {
  it.each(knownAnswers)("counter %s, key %s", (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox(words(counter) as [number, number, number, number], words(key) as [number, number], out);
    expect([...out]).toEqual(words(expected));
  });
});

describe("RandomStream", () => {
  it("is philox over a counter", () => {
    const random = new RandomStream(0, 0);
    const first = Array.from({ length: 4 }, () => random.word());
    expect(first).toEqual(words("6627e8d5 e169c58d bc57ac4c 9b00dbd8"));
    expect(random.word()).not.toBe(first[0]);
  });

  it("uses all 53 bits of the seed", () => {
    const first = (seed: number) => new RandomStream(seed, 1).word();
    expect(new Set([first(1), first(2 ** 32 + 1), first(2 ** 52 + 1)]).size).toBe(3);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the seed %s", (seed) => {
    expect(() => new RandomStream(seed, 1)).toThrow(RangeError);
  });

  it("gives whole numbers below a limit, each about as often", () => {
    const random = new RandomStream(7, 7);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe("hashName", () => {
  it("is FNV-1a", () => {
    expect(hashName("")).toBe(0x811c9dc5);
    expect(hashName("a")).toBe(0xe40c292c);
    expect(hashName("foobar")).toBe(0xbf9cf968);
  });
});
