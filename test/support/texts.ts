import { RandomStream } from "../../runtime/index.ts";

/** Texts of a task that needs windows of words: all have "not" and "good", the good ones nowhere side by side. */
export const textLength = 24;
export const vocabulary = 60;
const [not, good] = [7, 8] as const;

/** Words of each text, one after the other; 1 where "not good" stands in it. Shorter texts end in 0s. */
export function texts(count: number, seed: number): { readonly words: Int32Array; readonly bad: Uint8Array } {
  const random = new RandomStream(seed, 1);
  const words = new Int32Array(count * textLength);
  const bad = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const length = 12 + random.below(textLength - 11);
    const text = words.subarray(n * textLength, n * textLength + length);
    for (let i = 0; i < length; i++) text[i] = 9 + random.below(vocabulary - 9);
    bad[n] = random.below(2);
    const at = random.below(length - 1);
    const other = bad[n] ? at + 1 : (at + 2 + random.below(length - 3)) % length;
    text[at] = not;
    text[other] = good;
  }
  return { words, bad };
}
