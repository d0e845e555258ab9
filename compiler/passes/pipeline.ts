import type { Graph } from "../ir/graph.ts";
import type { Plan, State, Target } from "../ir/plan.ts";
import { verify } from "../ir/verify.ts";
import { canonicalise } from "./canonicalise.ts";
import { chooseAlgorithms } from "./choose-algorithms.ts";
import { cutIntoUnits } from "./cut-into-units.ts";
import { differentiate } from "./differentiate.ts";
import { expand } from "./expand.ts";
import { fuse } from "./fuse.ts";
import { gatherGradients } from "./gather-gradients.ts";
import { order } from "./order.ts";
import { groupSamples } from "./group-samples.ts";
import { layOut } from "./lay-out.ts";
import { planMemory } from "./plan-memory.ts";
import { recompute } from "./recompute.ts";

export interface Pass {
  readonly name: string;
  readonly summary: string;
  readonly run: (state: State) => State;
}

const onGraph =
  (rewrite: (graph: Graph) => Graph) =>
  (state: State): State => ({ ...state, graph: rewrite(state.graph) });

/** The order of passes. `cnnc explain --pass NAME` prints what each leaves. */
export const pipeline: readonly Pass[] = [
  { name: "canonicalise", summary: "one form for equal programs", run: onGraph(canonicalise) },
  { name: "differentiate", summary: "gradients and the optimiser (training only)", run: onGraph(differentiate) },
  { name: "expand", summary: "nodes that were one for the sake of their gradient", run: onGraph(expand) },
  { name: "fuse", summary: "steps and pooling into the kernels before them", run: fuse },
  {
    name: "gather-gradients",
    summary: "gradients of maxima, where they are not zero (training only)",
    run: gatherGradients,
  },
  { name: "order", summary: "nodes that see one sample at a time, side by side", run: onGraph(order) },
  { name: "recompute", summary: "what is computed a second time rather than kept (training only)", run: recompute },
  { name: "choose-algorithms", summary: "kernel, vectors and tile of each node", run: chooseAlgorithms },
  { name: "lay-out", summary: "memory layouts, halos, packed parameters", run: layOut },
  { name: "cut-into-units", summary: "stages of independent units of work", run: cutIntoUnits },
  { name: "plan-memory", summary: "offsets in the arena", run: planMemory },
  { name: "group-samples", summary: "samples that a thread takes through all layers", run: groupSamples },
];

export interface PassOptions {
  /** Shown every state. */
  readonly seen?: ((pass: Pass, state: State) => void) | undefined;
  /** How another program of the model packs the parameters, which they share. */
  readonly packed?: Pick<Plan, "packings" | "block" | "constantBlock"> | undefined;
}

/** Runs all passes, verifying after each. */
export function runPasses(graph: Graph, target: Target, { seen, packed }: PassOptions = {}): Plan {
  let state: State = { graph, target };
  if (packed) {
    const { packings, block, constantBlock } = packed;
    state = { ...state, packings, block, constantBlock };
  }
  for (const pass of pipeline) {
    state = pass.run(state);
    try {
      verify(state.graph);
    } catch (error) {
      throw new Error(`after ${pass.name}: ${(error as Error).message}`, { cause: error });
    }
    seen?.(pass, state);
  }
  return state as Plan;
}
