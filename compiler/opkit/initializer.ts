import { word, type Attribute } from "./attributes.ts";

/** Initialisers of the registry. */
export const initializerWords = [
  ...(["he", "he_normal", "he_uniform", "xavier", "xavier_normal", "xavier_uniform"] as const),
  ...(["orthogonal", "zeros", "ones"] as const),
];

const words = word(["auto", ...initializerWords], {
  doc: "Initialiser, or a number that all weights start as; auto follows the activation behind.",
  default: "auto",
});

/** How a layer's weights start: `init=orthogonal`, `init=0.1`. */
export const initializer: Attribute<string | number> = {
  ...words,
  expected: `${words.expected}, or a number`,
  parse: (x) => (typeof x === "number" && Number.isFinite(x) ? { ok: true, value: x } : words.parse(x)),
};
