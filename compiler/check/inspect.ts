import type { Call, Expression, Link, Repeat } from "../../grammar/index.ts";
import { bindArguments } from "./arguments.ts";
import { bindBlockArguments } from "./block-arguments.ts";
import { resolveCallee } from "./callee.ts";
import { functionNames } from "./constants/functions.ts";
import type { Context } from "./context.ts";
import { defineName } from "./define.ts";
import { evaluateName } from "./name-use.ts";
import { writtenOperands } from "./operands.ts";
import { Scope } from "./scope.ts";
import { unknown } from "./values.ts";

/** Checks the names in an expression that is not evaluated: a branch that is not taken, the body of a block. */
export function inspect(node: Expression, c: Context): void {
  // The names of a block were checked where it is declared.
  if (c.use !== undefined) return;
  c.evaluation.enter(node.span, c.reporter);
  inspectParts(node, c);
  c.evaluation.leave();
}

function inspectParts(node: Expression, c: Context): void {
  switch (node.kind) {
    case "Name":
      evaluateName(node, c);
      return;
    case "Attribute":
      return inspect(node.object, c);
    case "List":
      return node.items.forEach((item) => inspect(item, c));
    case "Range":
      return [node.from, node.to].forEach((end) => inspect(end, c));
    case "Unary":
      return inspect(node.operand, c);
    case "Binary":
      return [node.left, node.right].forEach((side) => inspect(side, c));
    case "Paren":
      return inspect(node.value, c);
    case "If":
      return [node.condition, node.then, ...(node.otherwise ? [node.otherwise] : [])].forEach((it) => inspect(it, c));
    case "Chain":
      inspect(node.head, c);
      return inspectLinks(node.links, c);
    case "Call":
      return inspectCall(node, false, c);
    case "Number":
    case "String":
    case "Boolean":
      return;
  }
}

export function inspectLinks(links: readonly Link[], c: Context): void {
  if (c.use !== undefined) return;
  for (const link of links) {
    switch (link.kind) {
      case "Call":
        inspectCall(link, true, c);
        break;
      case "Repeat":
        inspect(link.variable ? link.list : link.count, c);
        inspectBody(link, c);
        break;
      case "IfLink":
        inspect(link.condition, c);
        inspectLinks(link.then.links, c);
        if (link.otherwise) inspectLinks(link.otherwise.kind === "Links" ? link.otherwise.links : [link.otherwise], c);
        break;
    }
  }
}

/** The body of a `repeat` that does no round. */
export function inspectBody({ variable, body }: Repeat, c: Context): void {
  const inner = c.derive({ scope: new Scope(c.scope) });
  if (variable) defineName(variable, { kind: "variable", span: variable.span, value: unknown }, inner);
  inspectLinks(body.links, inner);
}

export function inspectCall(call: Call, fromChain: boolean, c: Context): void {
  const values = call.arguments.map(({ value }) => value);
  if (functionNames.includes(call.callee.name)) return values.forEach((value) => inspect(value, c));
  const callee = resolveCallee(call.callee, c);
  switch (callee?.kind) {
    case "operator": {
      const { operator } = callee;
      const bound = bindArguments(call, writtenOperands(operator, call, fromChain), operator, c);
      for (const [name, { value }] of bound ?? [])
        if (value.kind !== "Name" || operator.attributes[name]?.words === undefined) inspect(value, c);
      return;
    }
    case "block":
      if (!callee.block.broken) bindBlockArguments(call, callee.block, fromChain, c);
      return values.forEach((value) => inspect(value, c));
    case "shared":
    case undefined:
      return values.forEach((value) => inspect(value, c));
  }
}
