import type { Let } from "../../grammar/index.ts";
import type { ModelContext } from "./context.ts";
import { defineName } from "./define.ts";

/** `x = image -> conv(6, kernel=5)`, or a number that has a name: `half = width / 2`. */
export function checkLet(node: Let, model: ModelContext): void {
  const value = model.begin(model, node.name.name, node.value).evaluate(node.value);
  defineName(node.name, { kind: "value", span: node.name.span, value }, model);
}
