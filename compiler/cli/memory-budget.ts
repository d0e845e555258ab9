import type { Diagnostic } from "../../grammar/index.ts";
import type { CheckedModel } from "../check/program.ts";

/** The back end is loaded for models that limit their memory, and for no others. */
export async function holdMemory(models: readonly CheckedModel[]): Promise<readonly Diagnostic[]> {
  const limited = models.filter(({ budget }) => budget.arena !== undefined);
  if (limited.length === 0) return [];
  const { holdArena } = await import("./arena-budget.ts");
  return limited.flatMap(holdArena);
}
