import { diagnostic } from "../../grammar/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";
import { holds } from "./budget.ts";
import { checkDiagnostics } from "./diagnostics.ts";
import type { CheckedModel } from "./program.ts";

/** The back end's part of the budget: the arena is known when memory is planned. */
export function checkArena(model: CheckedModel, bytes: number): readonly Diagnostic[] {
  const limit = model.budget.arena;
  if (limit === undefined || holds(limit, bytes)) return [];
  const holes = { model: model.name, count: formatBytes(bytes), limit: limit.text };
  const help = "`cnnc explain --arena` shows which values are alive at the same time";
  return [diagnostic(checkDiagnostics, "CNN403", limit.span, holes, { help })];
}

/** `241.3 KiB` */
export function formatBytes(bytes: number): string {
  return `${Number((bytes / 1024).toFixed(1)).toLocaleString("en-US")} KiB`;
}
