import type { If, IfLink, Repeat } from "../../grammar/index.ts";
import type { ModelContext } from "./context.ts";
import { unknown } from "./values.ts";

/** `repeat` and `if` parse, but are not compiled by this version: one report, and silence about what follows. */
export function reportNotYet(node: If | IfLink | Repeat, { reporter }: ModelContext): typeof unknown {
  const { file, start } = node.span;
  const word = node.kind === "Repeat" ? "repeat" : "if";
  const place = { file, start, end: start + word.length };
  if (word === "repeat") reporter.add("CNN251", place, {});
  else reporter.add("CNN252", place, {});
  return unknown;
}
