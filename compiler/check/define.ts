import type { Identifier } from "../../grammar/index.ts";
import type { ModelContext } from "./context.ts";
import { bindingNouns } from "./scope.ts";
import type { Binding } from "./scope.ts";
import { unknown } from "./values.ts";

/** Gives a name its meaning. A second meaning is an error, and from there on the name keeps silent. */
export function defineName({ name, span }: Identifier, binding: Binding, { scope, reporter }: ModelContext): void {
  const first = scope.get(name);
  if (first === undefined) return scope.define(name, binding);
  const notes = [{ span: first.span, message: `\`${name}\` is defined here` }];
  const help = "a name has one meaning: give this one another name, or go on with the chain, `… -> relu`";
  reporter.add(
    "CNN204",
    span,
    { name, what: bindingNouns[first.kind] },
    "value" in binding ? { notes, help } : { notes },
  );
  if ("value" in first) scope.define(name, { ...first, value: unknown });
}

/** An out of a block may have the name of a value, `out skip = skip`: it is only asked for behind a dot. */
export function defineOut(name: Identifier, c: ModelContext): void {
  const first = c.scope.get(name.name);
  if (first === undefined || first.kind === "output") defineName(name, { kind: "output", span: name.span }, c);
}
