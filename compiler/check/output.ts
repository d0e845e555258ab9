import type { Output, TypeExpression } from "../../grammar/index.ts";
import type { Operator } from "../opkit/operator.ts";
import { registry } from "../ops/registry.ts";
import { formatShape, formatType, sameShape } from "../shape/tensor-type.ts";
import { checkClasses } from "./class-labels.ts";
import type { Classes } from "./class-labels.ts";
import type { Context, ModelContext } from "./context.ts";
import { defineName } from "./define.ts";
import { checkDimensions } from "./dimensions.ts";
import { needTensor } from "./operands.ts";
import type { CheckedOutput } from "./program.ts";
import { describeShape, historyNotes } from "./values.ts";
import type { Tensor } from "./values.ts";
import { suggestion } from "./words.ts";

/** Whether an operator's results are probabilities, and of what. */
function probabilitiesOf(word: string): Operator["probabilities"] {
  const definition = registry.get(word);
  return definition?.kind === "operator" ? definition.probabilities : undefined;
}

const outputTypes = ["class", "labels", "mask", "f32"];

/** `output clothing: class("a", "b") = logits -> softmax` */
export function checkOutput(node: Output, model: ModelContext): CheckedOutput | undefined {
  const c = model.begin(model, node.name.name, node.value);
  const value = needTensor(node.value, `output \`${node.name.name}\``, c);
  defineName(node.name, { kind: "output", span: node.name.span }, model);
  const tensor = value.kind === "tensor" ? value.tensor : undefined;
  const kind = checkType(node, tensor, c);
  if (kind === undefined || tensor === undefined) return undefined;
  const { name, span, doc } = node;
  return {
    name: name.name,
    ...kind,
    value: tensor.name,
    shape: tensor.type.shape,
    span,
    ...(doc && { doc: doc.text }),
  };
}

type OutputKind = Pick<CheckedOutput, "kind" | "classes" | "labels">;

function checkType(node: Output, value: Tensor | undefined, c: Context): OutputKind | undefined {
  const { type } = node;
  switch (type.name.name) {
    case "class": {
      const classes = checkClasses(type, node.name.name, c);
      if (classes === undefined) return undefined;
      if (value !== undefined && !fitsClasses(node, classes, value, c)) return undefined;
      return { kind: "class", classes: classes.count, ...(classes.labels && { labels: classes.labels }) };
    }
    case "f32":
      return checkNumbers(node, value, c) ? { kind: "tensor" } : undefined;
    case "labels": {
      const classes = checkClasses(type, node.name.name, c);
      if (classes === undefined) return undefined;
      if (value !== undefined && !fitsLabels(node, classes, value, c)) return undefined;
      return { kind: "labels", classes: classes.count, ...(classes.labels && { labels: classes.labels }) };
    }
    case "mask":
      return checkMask(node, value, c) ? { kind: "mask" } : undefined;
    default:
      reportUnknownType(type, c);
      return undefined;
  }
}

function reportUnknownType({ name }: TypeExpression, { reporter }: Context): void {
  const help = "an output is `class(…)`, `labels(…)`, `mask[H, W]` or `f32[…]`";
  reporter.add(
    "CNN216",
    name.span,
    { name: name.name, place: "an output" },
    { help, ...suggestion(name, outputTypes) },
  );
}

function checkNumbers({ name, type }: Output, value: Tensor | undefined, c: Context): boolean {
  if (type.dims === undefined || type.arguments || type.from || type.within) {
    c.reporter.add("CNN327", type.span, { type: "f32", expected: "`f32[C, H, W]`, `f32[C, L]` or `f32[C]`" });
    return false;
  }
  const shape = checkDimensions(type.dims, `\`${name.name}\``, type.span, c);
  if (shape === undefined || value === undefined) return false;
  if (value.type.dtype === "f32" && sameShape(shape, value.type.shape)) return true;
  const holes = { name: name.name, declared: formatType({ dtype: "f32", shape }), found: formatType(value.type) };
  c.reporter.add("CNN317", type.span, holes, { notes: historyNotes(value.history, c.use) });
  return false;
}

function fitsClasses({ name, type, value: node }: Output, { count }: Classes, value: Tensor, c: Context): boolean {
  if (probabilitiesOf(value.history.word) !== true) {
    const end = { file: node.span.file, start: node.span.end, end: node.span.end };
    const fix = { title: "make probabilities of the scores", edits: [{ span: end, text: " -> softmax" }] };
    const holes = { name: name.name, found: value.history.word };
    c.reporter.add("CNN318", node.span, holes, node.kind === "Name" || node.kind === "Chain" ? { fix } : {});
    return false;
  }
  return fitsCount({ name, type }, count, value, c);
}

/** One probability for each class or label, in a vector. */
function fitsCount({ name, type }: Pick<Output, "name" | "type">, count: number, value: Tensor, c: Context): boolean {
  const [channels = 1] = value.type.shape;
  const notes = historyNotes(value.history, c.use);
  if (value.type.shape.length !== 1) {
    const holes = { kind: type.name.name, name: name.name, found: formatShape(value.type.shape) };
    c.reporter.add("CNN328", type.span, holes, { notes });
    return false;
  }
  if (channels === count) return true;
  const found = `${channels} ${channels === 1 ? "probability" : "probabilities"}`;
  const what = type.name.name === "labels" ? "labels" : "classes";
  c.reporter.add("CNN319", type.span, { name: name.name, classes: count, what, found }, { notes });
  return false;
}

function fitsLabels(node: Output, { count }: Classes, value: Tensor, c: Context): boolean {
  return isEach(node, "label", value, c) && fitsCount(node, count, value, c);
}

/** Labels and masks are made of probabilities that do not depend on each other. */
function isEach({ name, value: node }: Output, part: string, value: Tensor, c: Context): boolean {
  const { word } = value.history;
  if (probabilitiesOf(word) === "each") return true;
  const end = { file: node.span.file, start: node.span.end, end: node.span.end };
  const fix = { title: "make a probability of each score", edits: [{ span: end, text: " -> sigmoid" }] };
  const scores = probabilitiesOf(word) === undefined && (node.kind === "Name" || node.kind === "Chain");
  c.reporter.add("CNN334", node.span, { name: name.name, part, found: word }, scores ? { fix } : {});
  return false;
}

/** `mask[H, W]`: a picture of one channel. */
function checkMask(node: Output, value: Tensor | undefined, c: Context): boolean {
  const { name, type } = node;
  const [height, width, third] = type.dims ?? [];
  if (!height || !width || third || type.arguments || type.from || type.within) {
    c.reporter.add("CNN327", type.span, { type: "mask", expected: "`mask[H, W]`" });
    return false;
  }
  const shape = checkDimensions([height, width], `\`${name.name}\``, type.span, c);
  if (shape === undefined || value === undefined || !isEach(node, "pixel", value, c)) return false;
  if (sameShape([1, ...shape], value.type.shape)) return true;
  const holes = { name: name.name, declared: formatShape(shape), found: describeShape(value.type.shape) };
  c.reporter.add("CNN335", type.span, holes, { notes: historyNotes(value.history, c.use) });
  return false;
}
