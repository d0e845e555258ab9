import type { Shape } from "../shape/tensor-type.ts";
import { sizeOf } from "../shape/tensor-type.ts";
import type { LayerList } from "./layer-list.ts";
import type { Reporter } from "./reporter.ts";
import { useNotes } from "./values.ts";

/** Generated code counts positions with 32 bits, signed. */
export const MOST_ELEMENTS = 2 ** 31;

/** More than any data set has; a mistyped range has more. */
export const MOST_CLASSES = 65_536;

/** Reports a layer, and a sum of layers, with more parameters than generated code can count. */
export function checkParameterCount(layers: LayerList, reporter: Reporter): void {
  let total = 0;
  const counted = new Set<string>();
  for (const { name, parameters, span, use } of layers.layers) {
    const count = countOf(
      parameters.flatMap((parameter) => (counted.has(parameter.name) ? [] : [parameter.spec.shape])),
    );
    for (const parameter of parameters) counted.add(parameter.name);
    const before = total;
    total += count;
    if (count < MOST_ELEMENTS && total < MOST_ELEMENTS) continue;
    const what = count >= MOST_ELEMENTS ? `\`${name}\`` : `everything up to \`${name}\``;
    const holes = {
      what,
      count: formatCount(count >= MOST_ELEMENTS ? count : total),
      limit: formatCount(MOST_ELEMENTS - 1),
    };
    reporter.add("CNN406", span, holes, { notes: useNotes(use) });
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
