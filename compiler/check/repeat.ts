import type { DiagnosticExtras, Expression, Repeat } from "../../grammar/index.ts";
import type { Constant } from "../opkit/attributes.ts";
import { describe } from "./arguments.ts";
import { isList } from "./constants/describe.ts";
import type { Context } from "./context.ts";
import { defineName } from "./define.ts";
import { replacement } from "./fixes.ts";
import { inspectBody } from "./inspect.ts";
import { layerName } from "./layer.ts";
import { formatCount } from "./limits.ts";
import { Scope } from "./scope.ts";
import { constantOf, MOST_USES, unknown } from "./values.ts";
import type { Flowing } from "./values.ts";

/** As many as layers; the limit on layers holds across all loops. */
export const MOST_REPEATS = 10_000;

/** `repeat 2 { … }`, `repeat c in [16, 32] { … }`: the body again and again; its layers' names end in the round. */
export function followRepeat(node: Repeat, value: Flowing, c: Context): Flowing {
  const rounds = roundsOf(node, c);
  if (rounds === undefined || rounds.count === 0 || value.kind === "unknown") inspectBody(node, c);
  if (rounds === undefined) return unknown;
  c.evaluation.enter(node.span, c.reporter);
  let result = value;
  for (let i = 0; i < rounds.count && result.kind !== "unknown"; i++) {
    const reporter = reporterOf(i, node, c);
    c.evaluation.spend(5, node.span, reporter);
    const scope = new Scope(c.scope);
    const index = `${c.index}.${i}`;
    const round = c.derive({
      ...{ scope, reporter, index },
      enclosure: { kind: "round", name: layerName(c.owner, "repeat", index), outer: c.enclosure },
    });
    if (node.variable) {
      const { span } = node.variable;
      defineName(node.variable, { kind: "variable", span, value: constantOf(rounds.item(i)) }, round);
    }
    result = round.follow(node.body.links, result);
  }
  c.evaluation.leave();
  return result;
}

/** What was reported in one round is not said again; what goes wrong in a later one says in which. */
function reporterOf(i: number, { span }: Repeat, { reporter }: Context): Context["reporter"] {
  if (i === 0) return reporter.within(reporter.uses);
  const word = { ...span, end: span.start + "repeat".length };
  const note = { span: word, message: `in round ${i + 1} of this \`repeat\`` };
  return reporter.within([note, ...reporter.uses].slice(0, MOST_USES));
}

interface Rounds {
  readonly count: number;
  readonly item: (i: number) => Constant;
}

function roundsOf(node: Repeat, c: Context): Rounds | undefined {
  const header = node.variable ? node.list : node.count;
  const evaluated = c.evaluate(header);
  if (evaluated.kind === "unknown") return undefined;
  const constant = evaluated.kind === "constant" ? evaluated.value : undefined;
  const rounds = node.variable ? itemsOf(constant) : countOf(constant);
  if (rounds === undefined) {
    const found = describe(evaluated);
    if (node.variable) c.reporter.add("CNN333", header.span, { name: node.variable.name, found }, rangeFor(header));
    else c.reporter.add("CNN332", header.span, { found }, helpFor(constant));
    return undefined;
  }
  if (rounds.count <= MOST_REPEATS) return rounds;
  c.reporter.add("CNN411", header.span, { count: formatCount(rounds.count), limit: formatCount(MOST_REPEATS) });
  return undefined;
}

function helpFor(constant: Constant | undefined): { readonly help?: string } {
  if (constant === undefined || !isList(constant)) return {};
  return { help: "to go through a list, give its items a name: `repeat c in [16, 32] { … }`" };
}

/** `repeat i in 3` */
function rangeFor(header: Expression): DiagnosticExtras {
  if (header.kind !== "Number" || !Number.isSafeInteger(header.value) || header.value < 1) return {};
  return { fix: replacement(header.span, `1..${header.text}`) };
}

function countOf(constant: Constant | undefined): Rounds | undefined {
  if (typeof constant !== "number" || !Number.isSafeInteger(constant) || constant < 0) return undefined;
  return { count: constant, item: (i) => i };
}

function itemsOf(constant: Constant | undefined): Rounds | undefined {
  if (typeof constant !== "object") return undefined;
  if (isList(constant)) return { count: constant.length, item: (i) => constant[i]! };
  if (constant.kind !== "range") return undefined;
  const { from, to } = constant;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return undefined;
  return { count: to - from + 1, item: (i) => from + i };
}
