import type { Output, TypeExpression } from "../../grammar/index.ts";
import type { Operator } from "../opkit/operator.ts";
import { registry } from "../ops/registry.ts";
import { describeShape, formatShape, formatType, sameShape } from "../shape/tensor-type.ts";
import { checkClasses } from "./class-labels.ts";
import type { Classes } from "./class-labels.ts";
import type { Context, ModelContext } from "./context.ts";
import { defineName } from "./define.ts";
import { checkDimensions, inBrackets } from "./dimensions.ts";
import { replacement } from "./fixes.ts";
import { needTensor } from "./operands.ts";
import { behindScores, countMeant, maskMeant, sigmoidForClasses, softmaxForEach } from "./output-advice.ts";
import type { CheckedOutput } from "./program.ts";
import { historyNotes } from "./values.ts";
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
    const expected = "`f32[C, H, W]`, `f32[C, L]` or `f32[C]`";
    c.reporter.add("CNN327", type.span, { type: "f32", expected }, inBrackets(type));
    return false;
  }
  const shape = checkDimensions(type.dims, `\`${name.name}\``, type.span, c);
  if (shape === undefined || value === undefined) return false;
  if (value.type.dtype === "f32" && sameShape(shape, value.type.shape)) return true;
  const holes = { name: name.name, declared: formatType({ dtype: "f32", shape }), found: formatType(value.type) };
  const fix =
    value.type.dtype === "f32" ? replacement(type.span, formatType(value.type), "declare what it is") : undefined;
  c.reporter.add("CNN317", type.span, holes, { notes: historyNotes(value.history, c.use), fix });
  return false;
}

function fitsClasses({ name, type, value: node }: Output, { count }: Classes, value: Tensor, c: Context): boolean {
  const probabilities = probabilitiesOf(value.history.word);
  if (probabilities !== true) {
    const holes = { name: name.name, found: value.history.word };
    const advice = probabilities === "each" ? sigmoidForClasses(value) : behindScores(node, "softmax");
    c.reporter.add("CNN318", node.span, holes, advice);
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
    const help = `\`global_avg_pool\`, or \`flatten -> dense(${count})\`, makes a vector of it`;
    c.reporter.add("CNN328", type.span, holes, { notes, help });
    return false;
  }
  if (channels === count) return true;
  const found = `${channels} ${channels === 1 ? "probability" : "probabilities"}`;
  const what = type.name.name === "labels" ? "labels" : "classes";
  const holes = { name: name.name, classes: count, what, found };
  c.reporter.add("CNN319", type.span, holes, { notes, ...countMeant({ type }, count, value) });
  return false;
}

function fitsLabels(node: Output, { count }: Classes, value: Tensor, c: Context): boolean {
  return isEach(node, "label", value, c) && fitsCount(node, count, value, c);
}

/** Labels and masks are made of probabilities that do not depend on each other. */
function isEach({ name, value: node }: Output, part: string, value: Tensor, c: Context): boolean {
  const { word } = value.history;
  const probabilities = probabilitiesOf(word);
  if (probabilities === "each") return true;
  const advice = probabilities === true ? softmaxForEach(value, part) : behindScores(node, "sigmoid");
  c.reporter.add("CNN334", node.span, { name: name.name, part, found: word }, advice);
  return false;
}

/** `mask[H, W]`: a picture of one channel. */
function checkMask(node: Output, value: Tensor | undefined, c: Context): boolean {
  const { name, type } = node;
  const [height, width, third] = type.dims ?? [];
  if (!height || !width || third || type.arguments || type.from || type.within) {
    c.reporter.add("CNN327", type.span, { type: "mask", expected: "`mask[H, W]`" }, inBrackets(type));
    return false;
  }
  const shape = checkDimensions([height, width], `\`${name.name}\``, type.span, c);
  if (shape === undefined || value === undefined || !isEach(node, "pixel", value, c)) return false;
  if (sameShape([1, ...shape], value.type.shape)) return true;
  const holes = { name: name.name, declared: formatShape(shape), found: describeShape(value.type.shape) };
  c.reporter.add("CNN335", type.span, holes, { notes: historyNotes(value.history, c.use), ...maskMeant(type, value) });
  return false;
}
