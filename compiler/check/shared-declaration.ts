import type { Call, Shared } from "../../grammar/index.ts";
import { bindArguments, describe, evaluateAttributes } from "./arguments.ts";
import { bindBlockArguments, evaluateBlockArguments } from "./block-arguments.ts";
import { resolveCallee } from "./callee.ts";
import type { Context, ModelContext } from "./context.ts";
import { defineName } from "./define.ts";
import type { Instance } from "./instance.ts";
import { layerName } from "./layer.ts";
import { checkNested } from "./nested.ts";

/** `shared tower = Tower(64)`: its arguments are given once, its layers are made by each use. */
export function checkShared(node: Shared, model: ModelContext): void {
  const { name } = node;
  const c = model.begin(model, name.name, node.value);
  defineName(name, { kind: "shared", span: name.span, instance: instanceOf(node, c) }, model);
}

function instanceOf({ name, value: node }: Shared, c: Context): Instance | undefined {
  const call = asCall(node);
  if (call === undefined) {
    const evaluated = c.evaluate(node);
    if (evaluated.kind !== "unknown") c.reporter.add("CNN241", node.span, { found: describe(evaluated) }, { help });
    return undefined;
  }
  const callee = resolveCallee(call.callee, c);
  if (callee === undefined) return checkArguments(call, c);
  if (call.alias) {
    const found = `\`as ${call.alias.name}\`: it is called \`${name.name}\` already`;
    c.reporter.add("CNN241", call.alias.span, { found });
  }
  const home = layerName(c.home, name.name, "");
  switch (callee.kind) {
    case "block": {
      const { block } = callee;
      const bound = block.broken ? undefined : bindBlockArguments(call, block, true, c);
      if (bound === undefined) return checkArguments(call, c);
      const values = evaluateBlockArguments(block, bound, undefined, c);
      return values && { kind: "block", home, call, block, arguments: values };
    }
    case "operator": {
      const { operator } = callee;
      if (operator.operands.length > 1) {
        c.reporter.add("CNN241", call.span, { found: `\`${operator.name}\`, which takes several values` }, { help });
        return undefined;
      }
      const bound = bindArguments(call, [], operator, c);
      const attributes = bound && evaluateAttributes(operator, bound, c);
      return attributes && { kind: "layer", home, call, operator, attributes, bound };
    }
    case "shared":
      if (callee.instance) c.reporter.add("CNN241", call.span, { found: "a shared layer" }, { help });
      return undefined;
  }
}

const help = "for example `shared tower = Tower(64)` for a `block Tower(channels) { … }`, or `shared fc = dense(10)`";

function checkArguments(call: Call, c: Context): undefined {
  checkNested(call, c);
}

/** A block without arguments may be written as its bare word. */
export function asCall(node: Shared["value"]): Call | undefined {
  if (node.kind === "Call") return node;
  if (node.kind !== "Name" || node.name === "in") return undefined;
  const { name, span } = node;
  return { kind: "Call", callee: { kind: "Identifier", name, span }, arguments: [], bare: true, span };
}
