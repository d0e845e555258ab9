import type { Call, Expression, Link, Links } from "../../grammar/index.ts";
import type { Reporter } from "./reporter.ts";

/**
 * The part of a layer's name behind the value's: the `as` name, else the operator's word and its ordinal
 * among the same word in the statement, in source order, nested arguments included. Calls with an `as` name
 * count too, so that giving one a name leaves its neighbours' names as they are.
 */
export function layerSegments(statement: Expression, reporter: Reporter): ReadonlyMap<Call, string> {
  const counts = new Map<string, number>();
  const segments = new Map<Call, string>();
  const owners = new Map<string, Call>();
  for (const call of callsOf(statement)) {
    const word = call.callee.name;
    const ordinal = (counts.get(word) ?? 0) + 1;
    counts.set(word, ordinal);
    const segment = call.alias?.name ?? `${word}${ordinal}`;
    const first = owners.get(segment);
    if (first === undefined) {
      owners.set(segment, call);
      segments.set(call, segment);
    } else reportClash(segment, call, first, reporter);
  }
  return segments;
}

function reportClash(name: string, second: Call, first: Call, reporter: Reporter): void {
  const [at, other] = second.alias ? [second, first] : [first, second];
  const note = { span: (other.alias ?? other.callee).span, message: `\`${name}\` is this layer` };
  reporter.add("CNN215", (at.alias ?? at.callee).span, { name }, { notes: [note] });
}

/** All calls of an expression in source order: a walk with a stack of its own, as trees may be tall. */
function callsOf(statement: Expression): Call[] {
  const calls: Call[] = [];
  const stack: Part[] = [statement];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.kind === "Call") calls.push(node);
    stack.push(...partsWithCalls(node).reverse());
  }
  return calls;
}

type Part = Expression | Link | Links;

/** The parts of a node that make layers: conditions, counts and sizes do not. */
function partsWithCalls(node: Part): Part[] {
  switch (node.kind) {
    case "Chain":
      return [node.head, ...node.links];
    case "Call":
      return node.arguments.map(({ value }) => value);
    case "If":
    case "IfLink":
      return node.otherwise ? [node.then, node.otherwise] : [node.then];
    case "Repeat":
      return [node.body];
    case "Links":
      return [...node.links];
    case "Paren":
      return [node.value];
    case "List":
      return [...node.items];
    case "Binary":
      return [node.left, node.right];
    case "Unary":
      return [node.operand];
    case "Attribute":
      return [node.object];
    case "Range":
    case "Number":
    case "String":
    case "Boolean":
    case "Name":
      return [];
  }
}
