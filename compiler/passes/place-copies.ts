import type { Copies, State } from "../ir/plan.ts";
import { cacheBytes } from "./caches.ts";

/**
 * When a call makes its copies of weights: as late as it can, so that all lie in one place in turn, and are warm where they are read.
 * Since threads meet after each making, those of neighbouring stages are made together as far as the second cache has room. A CUDA
 * device makes all of them first.
 */
export function placeCopies({ target, derived, stages }: State, align: (bytes: number) => number): readonly Copies[] {
  const room = target.device === "cuda" ? Infinity : cacheBytes.second;
  const groups: Copies[] = [];
  stages!.forEach(({ nodes }, before) => {
    const last = groups.at(-1);
    const wanted = derived!.filter(
      (copy) => !copy.prepared && copy.nodes.some((node) => nodes.includes(node) && !last?.offsets.has(node)),
    );
    if (wanted.length === 0) return;
    const bytes = wanted.reduce((sum, { size }) => sum + align(4 * size), 0);
    const joins = last !== undefined && last.bytes + bytes <= room;
    if (joins) groups.pop();
    const group = joins ? last : { before, bytes: 0, offsets: new Map<number, number>() };
    const offsets = new Map(group.offsets);
    let end = group.bytes;
    for (const copy of wanted) {
      copy.nodes.forEach((node) => offsets.set(node, end));
      end += align(4 * copy.size);
    }
    groups.push({ before: group.before, bytes: end, offsets });
  });
  return groups;
}
