import type { Expression } from "../../grammar/index.ts";
import { checkCall } from "./call.ts";
import { checkChain } from "./chain.ts";
import { evaluateBinary, evaluateUnary } from "./constants/arithmetic.ts";
import { evaluateFunction } from "./constants/functions.ts";
import { evaluateList, evaluateRange } from "./constants/literals.ts";
import { evaluateAttribute } from "./constants/value-attribute.ts";
import type { Context, ModelContext } from "./context.ts";
import { layerSegments } from "./layer-names.ts";
import { evaluateName } from "./name-use.ts";
import { reportNotYet } from "./not-yet.ts";
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
  If: reportNotYet,
};

/** The context of a statement that defines `owner` by an expression. */
export function statementContext(model: ModelContext, owner: string, statement?: Expression): Context {
  const segments = statement === undefined ? new Map() : layerSegments(statement, model.reporter);
  const c: Context = {
    ...model,
    owner,
    segments,
    evaluate: (node) => (handlers[node.kind] as (node: Expression, c: Context) => Evaluated)(node, c),
  };
  return c;
}
