import { costsOf } from "../check/cost.ts";
import type { LayerCost } from "../check/cost.ts";
import type { CheckedModel, Enclosure, Layer } from "../check/program.ts";

/** A layer, with what it costs. */
export interface Leaf {
  readonly kind: "layer";
  readonly layer: Layer;
  readonly cost: LayerCost;
}

/** A use of a block, or a round of a `repeat`, with what it holds, in the order of the network. */
export interface Branch {
  readonly kind: "group";
  /** `Residual`, or `repeat`. */
  readonly title: string;
  /** A round of a `repeat`. */
  readonly round: boolean;
  /** `features.Residual1.0` */
  readonly name: string;
  readonly items: readonly Item[];
}

export type Item = Leaf | Branch;

interface Growing extends Branch {
  readonly items: Item[];
}

/** The layers of a model as its blocks hold them. A round that is just one block, is that block. */
export function blockTree(model: CheckedModel): readonly Item[] {
  const costs = costsOf(model);
  const top: Item[] = [];
  const branches = new Map<Enclosure, Growing>();
  const itemsOf = (enclosure: Enclosure | undefined): Item[] => {
    if (enclosure === undefined) return top;
    const known = branches.get(enclosure);
    if (known !== undefined) return known.items;
    const branch: Growing = { kind: "group", ...titleOf(enclosure), items: [] };
    branches.set(enclosure, branch);
    itemsOf(enclosure.outer).push(branch);
    return branch.items;
  };
  for (const layer of model.layers)
    itemsOf(layer.enclosure).push({ kind: "layer", layer, cost: costs.get(layer.name)! });
  return withoutBareRounds(top);
}

function titleOf(enclosure: Enclosure): Omit<Branch, "kind" | "items"> {
  const { name } = enclosure;
  return enclosure.kind === "block"
    ? { title: enclosure.block, name, round: false }
    : { title: "repeat", name, round: true };
}

function withoutBareRounds(items: readonly Item[]): Item[] {
  return items.map((item) => {
    if (item.kind === "layer") return item;
    const inner = withoutBareRounds(item.items);
    const [first, second] = inner;
    return item.round && first?.kind === "group" && second === undefined ? first : { ...item, items: inner };
  });
}

/** All layers below, in the order of the network. */
export function leavesOf(items: readonly Item[]): readonly Leaf[] {
  return items.flatMap((item) => (item.kind === "layer" ? [item] : leavesOf(item.items)));
}

export function costOfAll(leaves: readonly Leaf[]): LayerCost {
  return leaves.reduce((sum, { cost }) => ({ params: sum.params + cost.params, macs: sum.macs + cost.macs }), {
    params: 0,
    macs: 0,
  });
}
