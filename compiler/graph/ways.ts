import type { VisibleEdge } from "./visible.ts";

export type Way = "down" | "up" | "across";

/**
 * Where edges go. A network that goes down to small pictures and back up to large ones is drawn as a U: it goes up behind its
 * smallest picture, and what skips that goes across. It is such a network where a skip lies within another, past fewer pixels.
 */
export function waysOf(edges: readonly VisibleEdge[]): ReadonlyMap<VisibleEdge, Way> {
  const up = climbing(edges);
  const tops = new Set([...up].map(({ to }) => to));
  const across = ({ skip, to }: VisibleEdge): boolean => skip && tops.has(to);
  return new Map(edges.map((edge) => [edge, up.has(edge) ? "up" : across(edge) ? "across" : "down"]));
}

function climbing(edges: readonly VisibleEdge[]): ReadonlySet<VisibleEdge> {
  const skips = edges.filter(({ skip }) => skip);
  const after = reachable(edges);
  const reaches = (a: string, b: string): boolean => after(a).has(b);
  const within = (inner: VisibleEdge, outer: VisibleEdge): boolean =>
    pixels(inner) < pixels(outer) && reaches(outer.from, inner.from) && reaches(inner.to, outer.to);
  const nested = skips.filter((inner) => skips.some((outer) => within(inner, outer)));
  const innermost = least(nested);
  if (!innermost) return new Set();
  const between = edges.filter(
    ({ from, to }) => reaches(innermost.from, from) && (to === innermost.to || reaches(to, innermost.to)),
  );
  const turn = least(between)!.from;
  return new Set(edges.filter(({ from }) => from === turn || reaches(turn, from)));
}

/** Height times width: the channels stand first. */
function pixels({ shape }: VisibleEdge): number {
  return shape
    .split("×")
    .slice(1)
    .reduce((product, size) => product * Number(size), 1);
}

/** The last one of those with the fewest pixels. */
function least(edges: readonly VisibleEdge[]): VisibleEdge | undefined {
  const fewest = Math.min(...edges.map(pixels));
  return edges.filter((edge) => pixels(edge) === fewest).at(-1);
}

/** For each place the places behind it. */
function reachable(edges: readonly VisibleEdge[]): (place: string) => ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const known = new Map<string, ReadonlySet<string>>();
  const after = (place: string): ReadonlySet<string> => {
    const found = known.get(place) ?? new Set((next.get(place) ?? []).flatMap((to) => [to, ...after(to)]));
    known.set(place, found);
    return found;
  };
  return after;
}
