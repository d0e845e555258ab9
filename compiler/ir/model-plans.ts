import type { Shape } from "../shape/tensor-type.ts";
import type { Expression } from "./expression.ts";
import type { ProgramName } from "./graph.ts";
import type { Plan, Target } from "./plan.ts";

/** What generated files say about themselves. */
export interface Identity {
  readonly compiler: string;
  readonly file: string;
  readonly sourceHash: string;
  /** Of source and compiler. */
  readonly hash: string;
}

/** All programs of a model, planned: what its C++ is printed from. */
export interface ModelPlans {
  readonly name: string;
  readonly target: Target;
  readonly plans: { readonly [P in ProgramName]?: Plan };
  /** What predict hands back, in order. */
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly metrics: readonly string[];
  readonly rate?: Expression;
}
