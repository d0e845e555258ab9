import type { Printers } from "./launches.ts";

/** Convolutions, dense layers and their gradients. */
export const productPrinters: Printers = {};
