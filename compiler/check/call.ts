import type { Call } from "../../grammar/index.ts";
import { useBlock } from "./block-use.ts";
import { resolveCallee } from "./callee.ts";
import type { Context } from "./context.ts";
import { useOperator } from "./operator-use.ts";
import { checkNested } from "./nested.ts";
import { useShared } from "./shared.ts";
import type { Flowing } from "./values.ts";

/** A use of an operator, a block or a shared layer: `incoming` is what a chain passes to it. */
export function checkCall(call: Call, incoming: Flowing | undefined, c: Context): Flowing {
  const callee = resolveCallee(call.callee, c);
  if (callee === undefined) return checkNested(call, c);
  switch (callee.kind) {
    case "operator":
      return useOperator(call, callee.operator, incoming, c);
    case "block":
      return useBlock(call, callee.block, incoming, c);
    case "shared":
      return useShared(call, callee.instance, incoming, c);
  }
}
