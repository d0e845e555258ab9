import type { Diagnostic } from "../../grammar/index.ts";
import { nativeIsa } from "../build/toolchain.ts";
import { checkArena } from "../check/arena.ts";
import type { CheckedModel } from "../check/program.ts";
import { arenaBytes } from "../compile.ts";
import { planModel } from "../plan-model.ts";
import { targets } from "../passes/targets.ts";

/** Holds a model to its limit for working memory, which is known only when memory is planned, for this machine. */
export function holdArena(model: CheckedModel): readonly Diagnostic[] {
  return checkArena(model, arenaBytes(planModel(model, targets[nativeIsa()], ["infer"])));
}
