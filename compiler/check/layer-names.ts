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

/** All calls of an expression in source order. */
function* callsOf(node: Expression): IterableIterator<Call> {
  switch (node.kind) {
    case "Chain":
      yield* callsOf(node.head);
      for (const link of node.links) yield* callsOfLink(link);
      return;
    case "Call":
      yield node;
      for (const { value } of node.arguments) yield* callsOf(value);
      return;
    case "If":
      yield* callsOf(node.then);
      if (node.otherwise) yield* callsOf(node.otherwise);
      return;
    case "Paren":
      yield* callsOf(node.value);
      return;
    case "List":
      for (const item of node.items) yield* callsOf(item);
      return;
    case "Binary":
      yield* callsOf(node.left);
      yield* callsOf(node.right);
      return;
    case "Unary":
      yield* callsOf(node.operand);
      return;
    case "Attribute":
      yield* callsOf(node.object);
      return;
    case "Range":
    case "Number":
    case "String":
    case "Boolean":
    case "Name":
      return;
  }
}

function* callsOfLink(link: Link): IterableIterator<Call> {
  switch (link.kind) {
    case "Call":
      yield* callsOf(link);
      return;
    case "Repeat":
      yield* callsOfLinks(link.body);
      return;
    case "IfLink":
      yield* callsOfLinks(link.then);
      if (link.otherwise?.kind === "Links") yield* callsOfLinks(link.otherwise);
      else if (link.otherwise) yield* callsOfLink(link.otherwise);
      return;
  }
}

function* callsOfLinks({ links }: Links): IterableIterator<Call> {
  for (const link of links) yield* callsOfLink(link);
}
