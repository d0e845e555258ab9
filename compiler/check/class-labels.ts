import type { Argument, TypeExpression } from "../../grammar/index.ts";
import type { Constant } from "../opkit/attributes.ts";
import { describe } from "./arguments.ts";
import { isList } from "./constants/describe.ts";
import type { Context } from "./context.ts";
import { checkDimension } from "./dimensions.ts";
import { formatCount, MOST_CLASSES } from "./limits.ts";

export interface Classes {
  readonly count: number;
  readonly labels?: readonly string[];
}

/** `class("cat", "dog")`, `class(0..9)` or `class[n]`. */
export function checkClasses(node: TypeExpression, name: string, c: Context): Classes | undefined {
  if (node.from !== undefined) {
    c.reporter.add("CNN256", node.from.span, {});
    return undefined;
  }
  const [dim, second] = node.dims ?? [];
  if (dim !== undefined && second === undefined && node.arguments === undefined) {
    const count = checkDimension(dim, `\`${name}\``, c);
    return count === undefined ? undefined : bounded({ count }, node, name, c);
  }
  if (node.arguments !== undefined && node.dims === undefined) return checkLabels(node.arguments, node, name, c);
  c.reporter.add("CNN327", node.span, { type: "class", expected: '`class("a", "b")`, `class(0..9)` or `class[10]`' });
  return undefined;
}

function checkLabels(
  written: readonly Argument[],
  node: TypeExpression,
  name: string,
  c: Context,
): Classes | undefined {
  const places = new Map<string, Argument>();
  for (const argument of written) {
    const part = labelsOf(argument, name, c);
    if (part === undefined) return undefined;
    for (const label of part) {
      const first = places.get(label);
      if (first !== undefined) {
        const notes = [{ span: first.span, message: "the same label" }];
        const problem = `${JSON.stringify(label)} stands twice`;
        c.reporter.add("CNN320", argument.span, { name, problem }, { notes });
        return undefined;
      }
      places.set(label, argument);
    }
    if (places.size > MOST_CLASSES) break;
  }
  return bounded({ count: places.size, labels: [...places.keys()] }, node, name, c);
}

/** The labels of one argument: a string is one, a range of whole numbers its numbers as strings. */
function labelsOf({ name: argumentName, value: node, span }: Argument, name: string, c: Context): string[] | undefined {
  const evaluated = c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  const labels = evaluated.kind === "constant" ? asLabels(evaluated.value) : undefined;
  if (labels !== undefined && argumentName === undefined) return labels;
  if (
    evaluated.kind === "constant" &&
    isRange(evaluated.value) &&
    evaluated.value.to - evaluated.value.from >= MOST_CLASSES
  ) {
    const count = evaluated.value.to - evaluated.value.from + 1;
    c.reporter.add("CNN408", span, { count: formatCount(count), limit: formatCount(MOST_CLASSES) });
    return undefined;
  }
  const problem = argumentName
    ? `a label has no name, but \`${argumentName.name}\` stands here`
    : `${describe(evaluated)} is no label`;
  const help = node.kind === "Name" ? `labels are strings: \`"${node.name}"\`` : undefined;
  c.reporter.add("CNN320", span, { name, problem }, { help });
  return undefined;
}

function asLabels(constant: Constant): string[] | undefined {
  if (typeof constant !== "object" || isList(constant)) return undefined;
  if (constant.kind === "string") return constant.value === "" ? undefined : [constant.value];
  if (!isRange(constant) || constant.to - constant.from >= MOST_CLASSES) return undefined;
  const { from, to } = constant;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return undefined;
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
}

function isRange(constant: Constant): constant is { kind: "range"; from: number; to: number } {
  return typeof constant === "object" && "kind" in constant && constant.kind === "range";
}

function bounded(classes: Classes, { span }: TypeExpression, name: string, { reporter }: Context): Classes | undefined {
  const { count } = classes;
  if (count > MOST_CLASSES)
    reporter.add("CNN408", span, { count: formatCount(count), limit: formatCount(MOST_CLASSES) });
  else if (count < 2) reporter.add("CNN320", span, { name, problem: "a choice needs two or more" });
  else return classes;
  return undefined;
}
