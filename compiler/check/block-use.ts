import type { Call } from "../../grammar/index.ts";
import { bindBlockArguments, evaluateBlockArguments } from "./block-arguments.ts";
import { runBlock } from "./block-body.ts";
import type { Context } from "./context.ts";
import type { DeclaredBlock } from "./declared-block.ts";
import { layerName } from "./layer.ts";
import { checkNested } from "./nested.ts";
import { unknown } from "./values.ts";
import type { Flowing } from "./values.ts";

/** `x -> Residual(64)`, or `Residual(x, 64)`: the block's layers, under the use's name. */
export function useBlock(call: Call, block: DeclaredBlock, incoming: Flowing | undefined, c: Context): Flowing {
  if (block.broken) return checkNested(call, c);
  const bound = bindBlockArguments(call, block, incoming !== undefined, c);
  if (bound === undefined) return checkNested(call, c);
  const values = evaluateBlockArguments(block, bound, incoming, c);
  if (values === undefined) return unknown;
  const segment = c.segments.get(call) ?? call.callee.name;
  const path = layerName(c.owner, segment, c.index);
  const home = layerName(c.ownerHome, segment, c.index);
  return runBlock(block, values, { path, home, span: call.callee.span }, c);
}
