import type { Context } from "./context.ts";
import { addLayer } from "./layer.ts";
import type { OperatorUse } from "./layer.ts";
import { unknown } from "./values.ts";
import type { Flowing } from "./values.ts";

/** The layer of a use; of an operator with several results a layer for each of its parts. */
export function addLayers(use: Omit<OperatorUse, "part">, c: Context): Flowing {
  const count = use.operator.parts?.(use.attributes as never);
  if (count === undefined) return addLayer(use, c);
  const outs = new Map<string, Flowing>();
  for (let part = 0; part < count; part++) {
    const value = addLayer({ ...use, part }, c);
    // What is wrong with one is reported once.
    if (value.kind === "unknown") return unknown;
    outs.set(`part${part}`, value);
  }
  return { kind: "outs", word: use.operator.name, outs };
}
