import { CnncInputError } from "../errors.ts";
import type { AddonTensor } from "./addon.ts";

/** Arrays that hold tokens; the addon takes the first kind. */
export type TokenArray = Int32Array | Uint16Array | Uint8Array;

export function isTokenArray(value: unknown): value is TokenArray {
  return value instanceof Int32Array || value instanceof Uint16Array || value instanceof Uint8Array;
}

/** Tokens as the addon takes them, all of them within the vocabulary: native code uses them as addresses. */
export function readTokens({ name, shape, below = 0 }: AddonTensor, tokens: TokenArray): Int32Array {
  const wrong = tokens.findIndex((token) => token < 0 || token >= below);
  if (wrong < 0) return tokens instanceof Int32Array ? tokens : Int32Array.from(tokens);
  const [length = 1] = shape;
  const place = `in sample ${Math.floor(wrong / length)} at place ${wrong % length}`;
  throw new CnncInputError(name, `whole numbers from 0 to ${below - 1}`, `${tokens[wrong]} ${place}`);
}
