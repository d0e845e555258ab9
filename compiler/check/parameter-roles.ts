import type { Block, Call, Expression, Node } from "../../grammar/index.ts";
import { registry } from "../ops/registry.ts";
import { nodesIn } from "./nodes-in.ts";

export type ParameterRole = "value" | "constant";

/** What the parameters of a block must be, as far as its body tells: a value of the network, or a constant. */
export function rolesOf(block: Block): ReadonlyMap<string, ParameterRole> {
  const roles = new Map<string, ParameterRole | "both">();
  const note = (node: Expression, role: ParameterRole): void => {
    if (node.kind !== "Name") return;
    const known = roles.get(node.name);
    roles.set(node.name, known === undefined || known === role ? role : "both");
  };
  const nodes = block.body.flatMap((item) => [...nodesIn(item)]);
  const links = new Set(nodes.flatMap(linksOf));
  for (const node of nodes) {
    if (node.kind === "Chain") note(node.head, "value");
    if (node.kind === "Call") notePlaces(node, links.has(node), note);
  }
  const names = new Set(block.parameters.map(({ name }) => name.name));
  return new Map(
    [...roles].filter((entry): entry is [string, ParameterRole] => entry[1] !== "both" && names.has(entry[0])),
  );
}

function linksOf(node: Node): readonly Node[] {
  // A layer that is declared as `shared` gets its value where it is used.
  if (node.kind === "Shared") return [node.value];
  return node.kind === "Chain" || node.kind === "Links" ? node.links : [];
}

/** Operands come first and by place; what follows, or has a name, is a constant. */
function notePlaces(call: Call, isLink: boolean, note: (node: Expression, role: ParameterRole) => void): void {
  const operator = registry.get(call.callee.name);
  if (operator?.kind !== "operator") return;
  const count = operator.variadic ? Infinity : operator.operands.length - (isLink ? 1 : 0);
  for (const [i, { name, value }] of call.arguments.entries())
    note(value, name === undefined && i < count ? "value" : "constant");
}
