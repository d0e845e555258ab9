import type { Expression, If, IfLink } from "../../grammar/index.ts";
import { describe } from "./arguments.ts";
import type { Context } from "./context.ts";
import { inspect, inspectLinks } from "./inspect.ts";
import { unknown } from "./values.ts";
import type { Evaluated, Flowing } from "./values.ts";

/** `if wide { 64 } else { 32 }`: the branch that is taken is the value; names in the other one are checked. */
export function evaluateIf(node: If, c: Context): Evaluated {
  const condition = conditionOf(node.condition, c);
  const { then, otherwise } = node;
  if (condition !== true) inspect(then, c);
  if (condition !== false && otherwise) inspect(otherwise, c);
  if (condition === undefined) return unknown;
  const taken = condition ? then : otherwise;
  return taken === undefined ? unknown : c.evaluate(taken);
}

/** `-> if deep { conv(8, kernel=3) }`: without `else` the value passes through unchanged. */
export function followIf(link: IfLink, value: Flowing, c: Context): Flowing {
  const condition = conditionOf(link.condition, c);
  const { then, otherwise } = link;
  if (condition !== true) inspectLinks(then.links, c);
  if (condition !== false && otherwise) inspectLinks(otherwise.kind === "Links" ? otherwise.links : [otherwise], c);
  if (condition === undefined) return unknown;
  const taken = condition ? then : otherwise;
  if (taken === undefined) return value;
  c.evaluation.enter(link.span, c.reporter);
  const result = c.follow(taken.kind === "Links" ? taken.links : [taken], value);
  c.evaluation.leave();
  return result;
}

/** True or false; nothing when it is neither, which was reported. */
function conditionOf(node: Expression, c: Context): boolean | undefined {
  const evaluated = c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  if (evaluated.kind === "constant" && typeof evaluated.value === "boolean") return evaluated.value;
  const help =
    evaluated.kind === "constant"
      ? "compare something, like `channels > 8`"
      : "values of the network are not known when it is compiled; their sizes are, like `x.channels > 8`";
  c.reporter.add("CNN331", node.span, { found: describe(evaluated) }, { help });
  return undefined;
}
