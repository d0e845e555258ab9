import type { Output, TypeExpression } from "../../grammar/index.ts";
import { registry } from "../ops/registry.ts";
import { formatShape, formatType, sameShape } from "../shape/tensor-type.ts";
import { checkClasses } from "./class-labels.ts";
import type { Classes } from "./class-labels.ts";
import type { Context, ModelContext } from "./context.ts";
import { defineName } from "./define.ts";
import { checkDimensions } from "./dimensions.ts";
import { statementContext } from "./evaluator.ts";
import { needTensor } from "./operands.ts";
import type { CheckedOutput } from "./program.ts";
import { historyNotes } from "./values.ts";
import type { Tensor } from "./values.ts";
import { suggestion } from "./words.ts";

/** Whether an operator's results are probabilities over channels. */
function givesProbabilities(word: string): boolean {
  const definition = registry.get(word);
  return definition?.kind === "operator" && definition.probabilities === true;
}

const outputTypes = ["class", "f32"];

/** `output clothing: class("a", "b") = logits -> softmax` */
export function checkOutput(node: Output, model: ModelContext): CheckedOutput | undefined {
  const c = statementContext(model, node.name.name, node.value);
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
    case "labels":
      c.reporter.add("CNN257", type.name.span, {});
      return undefined;
    case "mask":
      c.reporter.add("CNN259", type.name.span, {});
      return undefined;
    default:
      reportUnknownType(type, c);
      return undefined;
  }
}

function reportUnknownType({ name }: TypeExpression, { reporter }: Context): void {
  const help = "an output is `class(…)`, `class[n]` or `f32[…]`";
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
  c.reporter.add("CNN317", type.span, holes, { notes: historyNotes(value.history) });
  return false;
}

function fitsClasses({ name, type, value: node }: Output, { count }: Classes, value: Tensor, c: Context): boolean {
  const [channels = 1] = value.type.shape;
  const notes = historyNotes(value.history);
  if (!givesProbabilities(value.history.word)) {
    const end = { file: node.span.file, start: node.span.end, end: node.span.end };
    const fix = { title: "make probabilities of the scores", edits: [{ span: end, text: " -> softmax" }] };
    const holes = { name: name.name, found: value.history.word };
    c.reporter.add("CNN318", node.span, holes, node.kind === "Name" || node.kind === "Chain" ? { fix } : {});
    return false;
  }
  if (value.type.shape.length !== 1) {
    c.reporter.add("CNN328", type.span, { name: name.name, found: formatShape(value.type.shape) }, { notes });
    return false;
  }
  if (channels === count) return true;
  const found = `${channels} ${channels === 1 ? "probability" : "probabilities"}`;
  c.reporter.add("CNN319", type.span, { name: name.name, classes: count, found }, { notes });
  return false;
}
