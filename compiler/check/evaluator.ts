import type { Expression } from "../../grammar/index.ts";
import { checkCall } from "./call.ts";
import { checkChain } from "./chain.ts";
import { evaluateBinary, evaluateUnary } from "./constants/arithmetic.ts";
import { evaluateFunction } from "./constants/functions.ts";
import { evaluateList, evaluateRange } from "./constants/literals.ts";
import { evaluateAttribute } from "./constants/value-attribute.ts";
import type { Context, ModelContext } from "./context.ts";
import { evaluateIf } from "./if.ts";
import { layerName } from "./layer.ts";
import { layerSegments } from "./layer-names.ts";
import { followLinks } from "./links.ts";
import { evaluateName } from "./name-use.ts";
import { constantOf } from "./values.ts";
import type { Evaluated } from "./values.ts";

type Handlers = {
  readonly [K in Expression["kind"]]: (node: Extract<Expression, { kind: K }>, c: Context) => Evaluated;
};

/** Where the evaluation of each kind of expression stands. */
const handlers: Handlers = {
  Number: ({ value }) => constantOf(value),
  String: ({ value }) => constantOf({ kind: "string", value }),
  Boolean: ({ value }) => constantOf(value),
  Name: evaluateName,
  Attribute: evaluateAttribute,
  List: evaluateList,
  Range: evaluateRange,
  Unary: evaluateUnary,
  Binary: evaluateBinary,
  Paren: ({ value }, c) => c.evaluate(value),
  Call: (node, c) => evaluateFunction(node, c) ?? checkCall(node, undefined, c),
  Chain: checkChain,
  If: evaluateIf,
};

/** The context of a statement that defines `name` (an unnamed `out` defines none) by an expression. */
export function statementContext(model: ModelContext, name: string | undefined, statement?: Expression): Context {
  const owner = (path: string): string => (name === undefined ? path : layerName(path, name, ""));
  return contextOf({
    ...model,
    defines: name,
    owner: owner(model.path),
    ownerHome: owner(model.home),
    segments: statement === undefined ? new Map() : segmentsOf(statement, model),
    index: "",
  });
}

/** Names are made once, however often a block is used. */
function segmentsOf(statement: Expression, { evaluation, reporter }: ModelContext): Context["segments"] {
  const known = evaluation.segments.get(statement);
  if (known !== undefined) return known;
  const segments = layerSegments(statement, reporter);
  evaluation.segments.set(statement, segments);
  return segments;
}

function contextOf(parts: Omit<Context, "evaluate" | "follow" | "derive">): Context {
  const { evaluation } = parts;
  const c: Context = {
    ...parts,
    evaluate: (node) => {
      evaluation.enter(node.span, c.reporter);
      const value = (handlers[node.kind] as (node: Expression, c: Context) => Evaluated)(node, c);
      evaluation.leave();
      return value;
    },
    follow: (links, value) => followLinks(links, value, c),
    derive: (changes) => contextOf({ ...parts, ...changes }),
  };
  return c;
}
