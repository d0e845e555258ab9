import { lineText, textOf } from "../../grammar/index.ts";
import type {
  Argument,
  DiagnosticExtras,
  SourceFile,
  Span,
  StringLiteral,
  TypeExpression,
} from "../../grammar/index.ts";
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

interface Label {
  readonly text: string;
  readonly span: Span;
}

/** `class("cat", "dog")`, `class(0..9)`, `class from "labels.txt"` or `class[n]`; the same for `labels`. */
export function checkClasses(node: TypeExpression, name: string, c: Context): Classes | undefined {
  const type = node.name.name;
  const forms = [node.from, node.arguments, node.dims].filter((form) => form !== undefined);
  const [dim, second] = node.dims ?? [];
  if (forms.length === 1 && node.within === undefined) {
    if (node.from !== undefined) return checkLabels(readLabels(node.from, c), node, name, c);
    if (node.arguments !== undefined) return checkLabels(writtenLabels(node, node.arguments, name, c), node, name, c);
    if (dim !== undefined && second === undefined) {
      const count = checkDimension(dim, `\`${name}\``, c);
      return count === undefined ? undefined : bounded({ count }, node, name, c);
    }
  }
  const expected = [`${type}("a", "b")`, `${type}(0..9)`, `${type} from "labels.txt"`, `${type}[10]`];
  c.reporter.add("CNN327", node.span, { type, expected: listOr(expected) });
  return undefined;
}

function listOr(items: readonly string[]): string {
  const quoted = items.map((item) => `\`${item}\``);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function checkLabels(
  labels: readonly Label[] | undefined,
  node: TypeExpression,
  name: string,
  c: Context,
): Classes | undefined {
  if (labels === undefined) return undefined;
  const places = new Map<string, Span>();
  for (const { text, span } of labels) {
    const first = places.get(text);
    if (first !== undefined) {
      const notes = [{ span: first, message: "the same label" }];
      c.reporter.add("CNN320", span, { name, problem: `${JSON.stringify(text)} stands twice` }, { notes });
      return undefined;
    }
    places.set(text, span);
  }
  return bounded({ count: places.size, labels: [...places.keys()] }, node, name, c);
}

/** One label per line; what stands around it, and empty lines, are left out. */
function readLabels(path: StringLiteral, c: Context): readonly Label[] | undefined {
  const file = c.read(path);
  if (file === undefined) {
    const help = "the path is relative to the file that names it";
    c.reporter.add("CNN244", path.span, { path: path.value }, { help });
    return undefined;
  }
  return linesOf(file);
}

function linesOf(file: SourceFile): Label[] {
  const labels: Label[] = [];
  for (const [i, start] of file.lineStarts.entries()) {
    const line = lineText(file, i + 1);
    const text = line.trim();
    if (text === "") continue;
    const at = start + line.indexOf(text);
    labels.push({ text, span: { file, start: at, end: at + text.length } });
    if (labels.length > MOST_CLASSES) break;
  }
  return labels;
}

function writtenLabels(
  type: TypeExpression,
  written: readonly Argument[],
  name: string,
  c: Context,
): readonly Label[] | undefined {
  const [first, second] = written;
  if (first !== undefined && (bareNames(written, c).includes(first) || (isCount(first) && second === undefined))) {
    const problem = `${textOf(first.value.span)} is no label`;
    c.reporter.add(
      "CNN320",
      first.span,
      { name, problem },
      isCount(first) ? asCount(type, first) : inQuotes(written, c),
    );
    return undefined;
  }
  const labels: Label[] = [];
  for (const argument of written) {
    const part = labelsOf(argument, name, c);
    if (part === undefined) return undefined;
    for (const text of part) labels.push({ text, span: argument.span });
    if (labels.length > MOST_CLASSES) break;
  }
  return labels;
}

/** `class(cat, dog)`: names that mean nothing are labels without their quotes. */
function bareNames(written: readonly Argument[], { scope }: Context): readonly Argument[] {
  return written.filter(({ name, value }) => {
    const means = value.kind !== "Name" || scope.get(value.name) !== undefined || scope.later(value.name) !== undefined;
    return name === undefined && !means;
  });
}

function inQuotes(written: readonly Argument[], c: Context): DiagnosticExtras {
  const edits = bareNames(written, c).map(({ span }) => ({ span, text: `"${textOf(span)}"` }));
  return { help: "labels are strings", fix: { title: "put quotes", edits } };
}

function isCount({ name, value }: Argument): boolean {
  return name === undefined && value.kind === "Number";
}

/** `class(10)` is `class[10]`. */
function asCount({ name, span }: TypeExpression, { value }: Argument): DiagnosticExtras {
  const text = `[${textOf(value.span)}]`;
  const help = `classes without names are counted in brackets: \`${name.name}${text}\``;
  return {
    help,
    fix: { title: `write \`${name.name}${text}\``, edits: [{ span: { ...span, start: name.span.end }, text }] },
  };
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
  if (typeof constant !== "object") return undefined;
  if (isList(constant)) {
    const labels = constant.flatMap((item) => (isText(item) ? [item.value] : []));
    return labels.length === constant.length ? labels : undefined;
  }
  if (constant.kind === "string") return constant.value === "" ? undefined : [constant.value];
  if (!isRange(constant) || constant.to - constant.from >= MOST_CLASSES) return undefined;
  const { from, to } = constant;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return undefined;
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
}

function isText(constant: Constant): constant is { kind: "string"; value: string } {
  return typeof constant === "object" && "kind" in constant && constant.kind === "string" && constant.value !== "";
}

function isRange(constant: Constant): constant is { kind: "range"; from: number; to: number } {
  return typeof constant === "object" && "kind" in constant && constant.kind === "range";
}

/** A choice is between two at least; a label by itself is there or not. */
function bounded(
  classes: Classes,
  { name: type, span }: TypeExpression,
  name: string,
  { reporter }: Context,
): Classes | undefined {
  const { count } = classes;
  const least = type.name === "labels" ? 1 : 2;
  if (count > MOST_CLASSES)
    reporter.add("CNN408", span, { count: formatCount(count), limit: formatCount(MOST_CLASSES) });
  else if (count < least) {
    const problem = least === 1 ? "there is none" : "a choice needs two or more";
    reporter.add("CNN320", span, { name, problem });
  } else return classes;
  return undefined;
}
