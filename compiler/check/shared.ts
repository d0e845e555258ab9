import type { Call } from "../../grammar/index.ts";
import { runBlock } from "./block-body.ts";
import type { Context } from "./context.ts";
import type { Instance } from "./instance.ts";
import { layerName } from "./layer.ts";
import { checkNested, reportNoValue } from "./nested.ts";
import { needValue, oneOf } from "./operands.ts";
import { addLayers } from "./parts.ts";
import { unknown } from "./values.ts";
import type { Flowing } from "./values.ts";

/** `a -> tower`, or `tower(a)`: layers of this use, with the parameters of the declaration. */
export function useShared(
  call: Call,
  instance: Instance | undefined,
  incoming: Flowing | undefined,
  c: Context,
): Flowing {
  if (instance === undefined) return checkNested(call, c);
  const value = valueFor(call, incoming, c);
  if (value.kind === "unknown") return unknown;
  const segment = c.segments.get(call) ?? call.callee.name;
  const { home } = instance;
  if (instance.kind === "block") {
    const path = layerName(c.owner, segment, c.index);
    const values = new Map(instance.arguments).set("in", value);
    return runBlock(instance.block, values, { path, home, span: call.callee.span }, c);
  }
  const operand = oneOf(value, call.callee.span, c);
  if (operand.kind === "unknown") return unknown;
  const { operator, attributes, bound } = instance;
  const shared = { call: instance.call, home };
  return addLayers({ call, operator, operands: [operand.tensor], attributes, bound, shared }, c);
}

/** What the use works on: the incoming value, or its only argument. */
function valueFor(call: Call, incoming: Flowing | undefined, c: Context): Flowing {
  const [first, second] = call.arguments;
  const extra = incoming !== undefined || first?.name !== undefined ? first : second;
  if (extra !== undefined) {
    c.reporter.add("CNN243", extra.span, { name: call.callee.name });
    return checkNested(call, c);
  }
  if (incoming !== undefined) return incoming;
  if (first !== undefined) return needValue(first.value, `the first argument of \`${call.callee.name}\``, c);
  reportNoValue(call, c);
  return unknown;
}
