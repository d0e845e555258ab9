import { word, type Attribute } from "./attributes.ts";

/** Initialisers of the registry. */
export const initializerWords = [
  ...(["he", "he_normal", "he_uniform", "xavier", "xavier_normal", "xavier_uniform"] as const),
  ...(["normal", "orthogonal", "lsuv", "zeros", "ones"] as const),
];

/** One of some initialisers, or the number that all weights start as. */
export function initializerFrom<const W extends string>(
  choices: readonly W[],
  options: { readonly doc: string; readonly default: W },
): Attribute<string | number> {
  const words = word(choices, options);
  return {
    ...words,
    expected: `${words.expected}, or a number`,
    parse: (x) => (typeof x === "number" && Number.isFinite(x) ? { ok: true, value: x } : words.parse(x)),
  };
}

/** How a layer's weights start: `init=orthogonal`, `init=0.1`. */
export const initializer = initializerFrom(["auto", ...initializerWords], {
  doc: "Initialiser, or a number that all weights start as; auto follows the activation behind.",
  default: "auto",
});
