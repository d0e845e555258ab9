import type { Chain } from "../../grammar/index.ts";
import { checkCall } from "./call.ts";
import type { Context } from "./context.ts";
import { reportNotYet } from "./not-yet.ts";
import { needTensor } from "./operands.ts";
import type { Evaluated } from "./values.ts";

/** `head -> link -> link`: each link takes what comes in. Behind an error the links still check their arguments. */
export function checkChain(node: Chain, c: Context): Evaluated {
  let value = needTensor(node.head, "the start of a chain", c);
  for (const link of node.links) {
    switch (link.kind) {
      case "Call":
        value = checkCall(link, value, c);
        break;
      case "Repeat":
      case "IfLink":
        value = reportNotYet(link, c);
        break;
    }
  }
  return value;
}
