import type { Card, Edge, Group, Item, Picture } from "./picture.ts";

/** What is to be seen of a picture: an open group with what it holds, a closed one without. */
export type VisibleItem =
  | { readonly kind: "card"; readonly card: Card }
  | { readonly kind: "closed"; readonly group: Group }
  | { readonly kind: "open"; readonly group: Group; readonly items: readonly VisibleItem[] };

export interface VisibleEdge extends Edge {
  /** The first of the edges that leave a place with the same value: the one that shows its shape. */
  readonly first: boolean;
}

export interface Visible {
  readonly items: readonly VisibleItem[];
  readonly edges: readonly VisibleEdge[];
}

/** Groups that are closed hide what they hold; edges then end at them, those between the same two places as one. */
export function visible({ items, edges }: Picture, closed: ReadonlySet<string>): Visible {
  /** Where each card is seen. */
  const seen = new Map<string, string>();
  const show = (item: Item, within: string | undefined): VisibleItem => {
    if (item.kind === "card") {
      seen.set(item.id, within ?? item.id);
      return { kind: "card", card: item };
    }
    const hidden = within ?? (closed.has(item.id) ? item.id : undefined);
    const inner = item.items.map((it) => show(it, hidden));
    return hidden === undefined ? { kind: "open", group: item, items: inner } : { kind: "closed", group: item };
  };
  const shown = items.map((item) => show(item, undefined));
  return { items: shown, edges: merged(edges, seen) };
}

function merged(edges: readonly Edge[], seen: ReadonlyMap<string, string>): VisibleEdge[] {
  const found = new Map<string, Edge>();
  for (const edge of edges) {
    const [from, to] = [seen.get(edge.from)!, seen.get(edge.to)!];
    if (from === to) continue;
    const key = JSON.stringify([from, to, edge.shape]);
    const skip = edge.skip && (found.get(key)?.skip ?? true);
    found.set(key, { from, to, shape: edge.shape, skip });
  }
  const labelled = new Set<string>();
  const keyOf = ({ from, shape }: Edge): string => JSON.stringify([from, shape]);
  const shortFirst = [...found.values()].sort((a, b) => Number(a.skip) - Number(b.skip));
  const firsts = new Set(shortFirst.filter((edge) => labelled.size < labelled.add(keyOf(edge)).size));
  return [...found.values()].map((edge) => ({ ...edge, first: firsts.has(edge) }));
}

/** How many boxes there are to be placed. */
export function visibleCount(items: readonly VisibleItem[]): number {
  return items.reduce((sum, item) => sum + 1 + (item.kind === "open" ? visibleCount(item.items) : 0), 0);
}
