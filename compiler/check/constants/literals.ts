import type { List, Range } from "../../../grammar/index.ts";
import type { Constant } from "../../opkit/attributes.ts";
import type { Context } from "../context.ts";
import { exchange } from "../fixes.ts";
import { constantOf, unknown } from "../values.ts";
import type { Evaluated } from "../values.ts";
import { describeConstant, formatNumber } from "./describe.ts";

export function evaluateList(node: List, c: Context): Evaluated {
  const items: Constant[] = [];
  let whole = true;
  for (const item of node.items) {
    const evaluated = c.evaluate(item);
    if (evaluated.kind === "constant") items.push(evaluated.value);
    else whole = false;
    if (evaluated.kind === "tensor" || evaluated.kind === "outs")
      c.reporter.add("CNN310", item.span, {
        name: "an item",
        operator: "a list",
        expected: "a number or a text",
        found: "a value of the network",
      });
  }
  return whole ? constantOf(items) : unknown;
}

/** Both ends are included; a range is kept as its ends and never written out here. */
export function evaluateRange(node: Range, c: Context): Evaluated {
  const [from, to] = [end(node.from), end(node.to)];
  if (from === undefined || to === undefined) return unknown;
  if (from <= to) return constantOf({ kind: "range", from, to });
  const fix = exchange(node.from, node.to);
  c.reporter.add("CNN315", node.span, { from: formatNumber(from), to: formatNumber(to) }, { fix });
  return unknown;

  function end(side: Range["from"]): number | undefined {
    const evaluated = c.evaluate(side);
    if (evaluated.kind === "unknown") return undefined;
    if (evaluated.kind === "constant" && typeof evaluated.value === "number") return evaluated.value;
    const found = evaluated.kind === "constant" ? describeConstant(evaluated.value) : "a value of the network";
    c.reporter.add("CNN313", side.span, { operator: "..", expected: "numbers", found });
    return undefined;
  }
}
