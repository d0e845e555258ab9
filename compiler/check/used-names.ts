import type { Block, Identifier, Input, Let, Model, ModelItem, Node, Parameter, Shared } from "../../grammar/index.ts";
import type { ModelContext } from "./context.ts";
import { nodesIn } from "./nodes-in.ts";
import type { Reporter } from "./reporter.ts";

/** Errors behind which a value that is not used may well have been meant. */
const excuses: ReadonlySet<string> = new Set([
  ...["CNN201", "CNN202", "CNN203", "CNN204", "CNN205", "CNN206", "CNN208"],
  ...["CNN224", "CNN228", "CNN270", "CNN312", "CNN409"],
]);

/** The same within a block; its outs are what is used of it. */
export function reportUnusedInBlock(block: Block, reporter: Reporter): void {
  const values = block.body.filter((item) => item.kind !== "Out");
  reportUnmentioned([...block.parameters, ...values], [...block.parameters, ...block.body], reporter);
}

/** Warns of inputs, values and parameters that no other statement mentions. */
export function reportUnused(model: Model, { reporter }: ModelContext): void {
  if (reporter.diagnostics.some(({ code }) => excuses.has(code))) return;
  const statements = [...model.parameters, ...model.items];
  reportUnmentioned([...model.parameters, ...model.items.filter(hasValue)], statements, reporter);
}

type Named = Parameter | Let | Shared | Input;

function reportUnmentioned(declared: readonly Named[], statements: readonly Node[], reporter: Reporter): void {
  const mentions = new Map<string, Set<object>>();
  for (const statement of statements) {
    for (const name of namesIn(statement)) {
      const owners = mentions.get(name) ?? new Set();
      mentions.set(name, owners.add(statement));
    }
    for (const variable of idleVariables(statement)) reporter.add("CNN207", variable.span, { name: variable.name });
  }
  const seen = new Set<string>();
  for (const statement of declared) {
    const { name, span } = statement.name;
    const users = mentions.get(name);
    const used = users !== undefined && (users.size > 1 || !users.has(statement));
    if (!used && !seen.has(name)) reporter.add("CNN207", span, { name });
    seen.add(name);
  }
}

/** Variables of `repeat c in …` that its body does not use. */
function idleVariables(statement: Node): Identifier[] {
  const variables: Identifier[] = [];
  for (const node of nodesIn(statement)) {
    if (node.kind !== "Repeat" || !node.variable) continue;
    if (!namesIn(node.body).has(node.variable.name)) variables.push(node.variable);
  }
  return variables;
}

function hasValue(item: ModelItem): item is Extract<ModelItem, { kind: "Let" | "Input" | "Shared" }> {
  return item.kind === "Let" || item.kind === "Input" || item.kind === "Shared";
}

/** Every name that a node uses; whatever the tree will hold tomorrow is walked too. */
export function namesIn(statement: Node): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodesIn(statement)) {
    if (node.kind === "Name") names.add(node.name);
    // The input of an `augment` line is written as a bare identifier.
    if (node.kind === "Augment") names.add(node.input.name);
    if (node.kind === "Call") names.add(node.callee.name);
  }
  return names;
}
