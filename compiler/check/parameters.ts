import type { Model, Parameter } from "../../grammar/index.ts";
import type { Constant } from "../opkit/attributes.ts";
import { describe } from "./arguments.ts";
import type { ModelContext } from "./context.ts";
import { defineName } from "./define.ts";
import { statementContext } from "./evaluator.ts";
import { constantOf, unknown } from "./values.ts";
import type { Evaluated } from "./values.ts";

/** Values from outside (`--set width=32`), by the parameter's name. */
export type Overrides = Readonly<Record<string, Constant>>;

/** Defines a model's parameters, each by its value from outside or by its default. */
export function checkParameters(model: Model, set: Overrides, c: ModelContext): void {
  for (const parameter of model.parameters) {
    const value = valueOf(parameter, set, c);
    defineName(parameter.name, { kind: "parameter", span: parameter.name.span, value }, c);
  }
}

function valueOf({ name, default: fallback }: Parameter, set: Overrides, c: ModelContext): Evaluated {
  const outside = Object.hasOwn(set, name.name) ? set[name.name] : undefined;
  if (outside !== undefined) return constantOf(outside);
  if (fallback === undefined) {
    const help = `give it a default, \`${name.name}=16\`, or set it from outside: \`--set ${name.name}=16\``;
    c.reporter.add("CNN226", name.span, { name: name.name }, { help });
    return unknown;
  }
  const evaluated = statementContext(c, name.name, fallback).evaluate(fallback);
  if (evaluated.kind !== "tensor") return evaluated;
  const holes = { operator: "model", name: name.name, expected: "a number, true, false or a text" };
  c.reporter.add("CNN310", fallback.span, { ...holes, found: describe(evaluated) });
  return unknown;
}
