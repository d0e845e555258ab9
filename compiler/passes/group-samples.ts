import { weightsOf } from "../ir/parameters.ts";
import type { State } from "../ir/plan.ts";
import { cyclesPerByte } from "./caches.ts";

const groups = [1, 2, 4, 8, 16, 32, 64] as const;
/** The part of the time to read weights that multiplications do not hide: kernels fetch them ahead. */
const unhidden = 0.3;
/** A smaller group is taken where it costs hardly more: it leaves threads more to share, and needs less memory. */
const tolerance = 1.1;

/**
 * How many samples of a batch one thread takes through the whole program, before it takes the next. Threads then never wait for each
 * other, and the values of a group are still in its core's caches when the next layer reads them; but each group reads all
 * weights anew. Near the least of the cycles that both take a sample, for g samples with slices of S bytes, weights of W bytes and
 * T bytes of values written and read:
 *
 *   0.3 · W/g · c(W + g·S) + T · c(g·S),   c(b): cycles for a byte of a working set of b bytes.
 *
 * Results do not depend on it. 0: batches are never taken apart, since nodes look at all samples, or a device has threads of its own.
 */
export function groupSamples(state: State): State {
  const { graph, target } = state;
  if (graph.program !== "infer" || target.device !== "cpu") return { ...state, group: 0 };
  const { bytesPerSample, withoutReuse } = state.arena!;
  const weights = weightBytes(state);
  const cycles = (group: number): number =>
    (unhidden * weights * cyclesPerByte(weights + group * bytesPerSample)) / group +
    2 * withoutReuse * cyclesPerByte(group * bytesPerSample);
  const least = Math.min(...groups.map(cycles));
  return { ...state, group: groups.find((group) => cycles(group) <= tolerance * least)! };
}

/** Of the weights as nodes read them. */
function weightBytes({ graph, derived, packings }: State): number {
  return graph.nodes.reduce((sum, node, index) => {
    const id = weightsOf(graph, node);
    if (id === undefined) return sum;
    const { size } = derived!.find(({ nodes }) => nodes.includes(index)) ?? packings!.get(id)!;
    return sum + 4 * size;
  }, 0);
}
