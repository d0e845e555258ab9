import type { Link } from "../../grammar/index.ts";
import { checkCall } from "./call.ts";
import type { Context } from "./context.ts";
import { followIf } from "./if.ts";
import { followRepeat } from "./repeat.ts";
import type { Flowing } from "./values.ts";

/** Each link takes what the one before it gives. */
export function followLinks(links: readonly Link[], start: Flowing, c: Context): Flowing {
  let value = start;
  for (const link of links) {
    switch (link.kind) {
      case "Call":
        value = checkCall(link, value, c);
        break;
      case "Repeat":
        value = followRepeat(link, value, c);
        break;
      case "IfLink":
        value = followIf(link, value, c);
        break;
    }
  }
  return value;
}
