import type { Layer } from "./program.ts";

/** What of a layer tells who reads whom. */
type Linked = Pick<Layer, "name" | "operator" | "operands"> & { readonly parameters: readonly unknown[] };

/** The layers that read a value, by its name. */
export type Consumers<L extends Linked> = ReadonlyMap<string, readonly L[]>;

export function consumersOf<L extends Linked>(layers: readonly L[]): Consumers<L> {
  const consumers = new Map<string, L[]>();
  for (const layer of layers) {
    for (const operand of layer.operands) {
      const list = consumers.get(operand);
      if (list === undefined) consumers.set(operand, [layer]);
      else list.push(layer);
    }
  }
  return consumers;
}

/** The nearest activation behind a layer, seen through pools and the like, not through layers that learn or make any scale the same. */
export function firstActivation<L extends Linked>(layer: L, consumers: Consumers<L>): L | undefined {
  const seen = new Set<L>();
  const queue = [...(consumers.get(layer.name) ?? [])];
  for (const next of queue) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.operator.activation !== undefined) return next;
    if (next.parameters.length === 0 && next.operator.standardises === undefined)
      queue.push(...(consumers.get(next.name) ?? []));
  }
  return undefined;
}
