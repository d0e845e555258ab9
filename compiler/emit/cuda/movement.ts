import { elements, samples, type Printers } from "./launches.ts";

/** Families whose elements are computed one by one: a thread for each. */
export const movementPrinters: Printers = {
  map: ({ c, result, steps }) => [{ kernel: "map", head: elements(result, c), operands: [samples(result, c), steps] }],
};
