import type { Chain } from "../../grammar/index.ts";
import type { Context } from "./context.ts";
import { needValue } from "./operands.ts";
import type { Evaluated } from "./values.ts";

/** `head -> link -> link` */
export function checkChain(node: Chain, c: Context): Evaluated {
  return c.follow(node.links, needValue(node.head, "the start of a chain", c));
}
