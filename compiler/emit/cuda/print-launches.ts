import type { Family } from "../../ir/graph.ts";
import { printLaunch, type Launching, type Printer, type Printers } from "./launches.ts";
import { movementPrinters } from "./movement.ts";
import { productPrinters } from "./products.ts";
import { reductionPrinters } from "./reductions.ts";

const printers: Printers = { ...movementPrinters, ...productPrinters, ...reductionPrinters };

/** The launches of a node's kernels. */
export function printLaunches(launching: Launching): string[] {
  const print = printers[launching.core.family] as Printer<Family> | undefined;
  if (!print) throw new Error(`no CUDA kernel for ${launching.core.family}`);
  return print(launching).flatMap(printLaunch);
}
