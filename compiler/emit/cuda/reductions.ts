import type { Printers } from "./launches.ts";

/** Families that sum over channels, positions or the batch. */
export const reductionPrinters: Printers = {};
