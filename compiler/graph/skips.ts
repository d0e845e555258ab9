import type { Edge } from "./picture.ts";

/**
 * Finds the edges that skip something: with rank(v) = 1 + max rank(u) over edges u → v, the length of the longest
 * way to a card, an edge is a short cut where rank(v) - rank(u) > 1 and something else leaves u.
 */
export function markSkips(edges: readonly Omit<Edge, "skip">[]): readonly Edge[] {
  const ranks = new Map<string, number>();
  const rank = (card: string): number => ranks.get(card) ?? 0;
  const leaving = new Map<string, Set<string>>();
  // Cards come in the order of the network, and so do the edges into them.
  for (const { from, to } of edges) {
    ranks.set(to, Math.max(rank(to), rank(from) + 1));
    leaving.set(from, (leaving.get(from) ?? new Set()).add(to));
  }
  return edges.map((edge) => ({
    ...edge,
    skip: rank(edge.to) - rank(edge.from) > 1 && leaving.get(edge.from)!.size > 1,
  }));
}
