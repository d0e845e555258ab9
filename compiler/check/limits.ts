import type { Shape } from "../shape/tensor-type.ts";
import { sizeOf } from "../shape/tensor-type.ts";
import type { ModelContext } from "./context.ts";

/** Generated code counts positions with 32 bits, signed. */
export const MOST_ELEMENTS = 2 ** 31;

/** More than any data set has; a mistyped range has more. */
export const MOST_CLASSES = 65_536;

/** Reports a layer, and a sum of layers, with more parameters than generated code can count. */
export function checkParameterCount({ layers, reporter }: ModelContext): void {
  let total = 0;
  for (const { name, parameters, span } of layers.layers) {
    const count = countOf(parameters.map(({ spec }) => spec.shape));
    const before = total;
    total += count;
    if (count < MOST_ELEMENTS && total < MOST_ELEMENTS) continue;
    const what = count >= MOST_ELEMENTS ? `\`${name}\`` : `everything up to \`${name}\``;
    reporter.add("CNN406", span, {
      what,
      count: formatCount(count >= MOST_ELEMENTS ? count : total),
      limit: formatCount(MOST_ELEMENTS - 1),
    });
    total = before;
    if (count < MOST_ELEMENTS) return;
  }
}

function countOf(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
}

/** `61,706` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
