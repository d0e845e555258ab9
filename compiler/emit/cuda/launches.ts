import type { Family, ValueId } from "../../ir/graph.ts";
import type { Call } from "../cpp/call.ts";
import type { Context } from "../cpp/context.ts";

/** What the launches of a node are printed from: of a call on a processor what does not depend on its loop. */
export type Launching<F extends Family = Family> = Pick<
  Call<F>,
  "c" | "index" | "node" | "core" | "inputs" | "result" | "steps"
>;

/** A kernel's factory with its template arguments, and what it gets: one launch. */
export interface Launch {
  readonly kernel: string;
  readonly head?: string;
  readonly operands: readonly string[];
  /** What the host must find true. */
  readonly when?: string;
}

export type Printer<F extends Family> = (launching: Launching<F>) => readonly Launch[];
export type Printers = { readonly [F in Family]?: Printer<F> };

export function printLaunch({ kernel, head, operands, when }: Launch): string[] {
  const condition = when === undefined ? "" : `if (${when}) `;
  return [
    `${condition}launch(call, ${kernel}${head === undefined ? "" : `<${head}>`}(`,
    `    ${operands.join(", ")}));`,
  ];
}

/** A tensor type that gives kernels the elements to walk, whether or not the value is stored. */
export function elements(id: ValueId, c: Context): string {
  const { channels, height, width } = c.extent(id);
  return `Tensor<${height}, ${width}, ${channels}>`;
}

/** How many samples there are: one where a value is none of the batch. */
export const samples = (id: ValueId, c: Context): string => (c.value(id).batched ? "call.batch" : "1");
