import { textOf } from "../../grammar/index.ts";
import type { Budget, DiagnosticExtras, Expression, Limit, Note } from "../../grammar/index.ts";
import { findUnit } from "../../grammar/tokens/units.ts";
import { describe } from "./arguments.ts";
import type { Context, ModelContext } from "./context.ts";
import { costsOf, totalOf } from "./cost.ts";
import { statementContext } from "./evaluator.ts";
import { replacement } from "./fixes.ts";
import { formatCount } from "./limits.ts";
import type { CheckedBudget, CheckedLimit, CheckedModel, LimitName } from "./program.ts";
import type { Reporter } from "./reporter.ts";
import { suggestion } from "./words.ts";

const limitNames: readonly LimitName[] = ["params", "macs", "arena"];

const expectations: Readonly<Record<LimitName, string>> = {
  params: "a count, like 70K",
  macs: "a count, like 0.5M",
  arena: "an amount of memory, like 256KiB",
};

/** `budget { params < 70K  macs < 0.5M  arena < 256KiB }` */
export function checkBudget(node: Budget, model: ModelContext): CheckedBudget {
  const c = statementContext(model, "budget");
  const limits: { [Name in LimitName]?: CheckedLimit } = {};
  for (const limit of node.limits) {
    const { name } = limit;
    const known = limitNames.find((candidate) => candidate === name.name);
    if (known === undefined) {
      const extras = /^g?m?flops?$/i.test(name.name) ? { help: flops } : suggestion(name, limitNames, true);
      c.reporter.add("CNN227", name.span, { name: name.name }, extras);
    } else if (limits[known] !== undefined) {
      const notes = [{ span: limits[known].span, message: "first given here" }];
      c.reporter.add("CNN218", name.span, { name: known }, { notes });
    } else {
      const value = limitValue(limit, known, c);
      const text = `${limit.operator} ${textOf(limit.value.span)}`;
      if (value !== undefined) limits[known] = { operator: limit.operator, value, text, span: limit.span };
    }
  }
  return limits;
}

function limitValue({ value: node }: Limit, name: LimitName, c: Context): number | undefined {
  const evaluated = c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  const value = evaluated.kind === "constant" ? evaluated.value : undefined;
  const unit = node.kind === "Number" && node.unit !== undefined ? findUnit(node.unit) : undefined;
  const fits = unit === undefined || unit.measures === (name === "arena" ? "bytes" : "count");
  if (typeof value === "number" && value > 0 && fits) return value;
  const found = node.kind === "Number" ? node.text : describe(evaluated);
  c.reporter.add("CNN404", node.span, { name, expected: expectations[name], found }, unitMeant(node, name));
  return undefined;
}

/** `256KiB` parameters are `256K`, and an arena of `256K` is one of `256KiB`. */
function unitMeant(node: Expression, name: LimitName): DiagnosticExtras {
  if (node.kind !== "Number" || node.unit === undefined) return {};
  const unit = name === "arena" ? `${node.unit}iB` : node.unit.replace(/iB$/, "");
  if (unit === node.unit || findUnit(unit) === undefined) return {};
  return { fix: replacement(node.span, `${node.text.slice(0, -node.unit.length)}${unit}`) };
}

/** Operations of floating point count a multiply-accumulate twice, so no other word is offered for them. */
const flops = "one of `macs`, a multiply-accumulate, is two floating-point operations";

/** Holds a model that is right in itself against its limits for parameters and multiplications. */
export function holdBudget(model: CheckedModel, reporter: Reporter): void {
  const costs = costsOf(model);
  const total = totalOf(costs);
  for (const [name, code] of [
    ["params", "CNN401"],
    ["macs", "CNN402"],
  ] as const) {
    const limit = model.budget[name];
    if (limit === undefined || holds(limit, total[name])) continue;
    const holes = { model: model.name, count: formatCount(total[name]), limit: limit.text };
    reporter.add(code, limit.span, holes, { notes: largest(model, (layer) => costs.get(layer)![name], name) });
  }
}

/** Whether an amount is within a limit. */
export function holds({ operator, value }: CheckedLimit, count: number): boolean {
  return operator === "<" ? count < value : count <= value;
}

const MOST_NOTES = 3;

function largest(model: CheckedModel, amount: (layer: string) => number, what: "params" | "macs"): Note[] {
  const noun = what === "params" ? "parameters" : "multiply-accumulates";
  return model.layers
    .map(({ name, span }) => ({ span, name, count: amount(name) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_NOTES)
    .map(({ span, name, count }) => ({ span, message: `\`${name}\`: ${formatCount(count)} ${noun}` }));
}
