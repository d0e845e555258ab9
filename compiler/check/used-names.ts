import type { Model, ModelItem } from "../../grammar/index.ts";
import type { ModelContext } from "./context.ts";

/** Errors behind which a value that is not used may well have been meant. */
const excuses: ReadonlySet<string> = new Set(["CNN201", "CNN204", "CNN224", "CNN228", "CNN312"]);

/** Warns of inputs, values and parameters that no other statement mentions. */
export function reportUnused(model: Model, { reporter }: ModelContext): void {
  if (reporter.diagnostics.some(({ code }) => excuses.has(code))) return;
  const mentions = new Map<string, Set<object>>();
  for (const statement of [...model.parameters, ...model.items])
    for (const name of namesIn(statement)) {
      const owners = mentions.get(name) ?? new Set();
      mentions.set(name, owners.add(statement));
    }
  const declared = [...model.parameters, ...model.items.filter(hasValue)];
  const seen = new Set<string>();
  for (const statement of declared) {
    const { name, span } = statement.name;
    const users = mentions.get(name);
    const used = users !== undefined && (users.size > 1 || !users.has(statement));
    if (!used && !seen.has(name)) reporter.add("CNN207", span, { name });
    seen.add(name);
  }
}

function hasValue(item: ModelItem): item is Extract<ModelItem, { kind: "Let" | "Input" | "Shared" }> {
  return item.kind === "Let" || item.kind === "Input" || item.kind === "Shared";
}

/** Every name that an expression within a node uses; whatever the tree will hold tomorrow is walked too. */
function* namesIn(node: object): IterableIterator<string> {
  if ("kind" in node && node.kind === "Name" && "name" in node) yield String(node.name);
  // The input of an `augment` line is written as a bare identifier.
  if ("kind" in node && node.kind === "Augment" && "input" in node) yield (node.input as { name: string }).name;
  if ("kind" in node && node.kind === "Call" && "callee" in node) yield (node.callee as { name: string }).name;
  for (const [key, child] of Object.entries(node)) {
    if (key === "span" || typeof child !== "object" || child === null) continue;
    if (Array.isArray(child)) for (const item of child) yield* namesIn(item as object);
    else yield* namesIn(child as object);
  }
}
