import { describe, expect, it } from "vitest";
import { ChunkCache } from "../../runtime/data/chunk-cache.ts";

function cacheOf(mostBytes: number, read = (chunk: number) => Promise.resolve(chunk)) {
  const reads: number[] = [];
  const cache = new ChunkCache(
    mostBytes,
    () => 10,
    (chunk) => {
      reads.push(chunk);
      return read(chunk);
    },
  );
  return { cache, reads };
}

describe("a cache of chunks", () => {
  it("reads a chunk once while there is room, and drops those that were asked for longest ago", async () => {
    const { cache, reads } = cacheOf(20);
    for (const chunk of [1, 2, 1, 3, 1, 2]) expect(await cache.get(chunk)).toBe(chunk);
    expect(reads).toEqual([1, 2, 3, 2]);
  });

  it("takes one that is larger than it", async () => {
    const { cache, reads } = cacheOf(5);
    expect(await cache.get(1)).toBe(1);
    expect(await cache.get(2)).toBe(2);
    expect(await cache.get(2)).toBe(2);
    expect(reads).toEqual([1, 2]);
  });

  it("tries again what could not be read", async () => {
    let fails = true;
    const { cache } = cacheOf(20, (chunk) => (fails ? Promise.reject(new Error("no disk")) : Promise.resolve(chunk)));
    await expect(cache.get(1)).rejects.toThrow("no disk");
    fails = false;
    expect(await cache.get(1)).toBe(1);
  });
});
