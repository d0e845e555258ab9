import { didYouMean } from "../../../grammar/index.ts";
import type { Attribute } from "../../../grammar/index.ts";
import { describeShape, sizeOf } from "../../shape/tensor-type.ts";
import type { TensorType } from "../../shape/tensor-type.ts";
import type { Context } from "../context.ts";
import { constantOf, historyNotes, unknown } from "../values.ts";
import type { Evaluated, Outs } from "../values.ts";
import { listOf, suggestion } from "../words.ts";

/** Sizes of a value that are known at compile time; nothing where its shape has no such side. */
const attributes: ReadonlyMap<string, (type: TensorType) => number | undefined> = new Map([
  ["channels", ({ shape }) => shape[0]],
  ["height", ({ shape }) => (shape.length === 3 ? shape[1] : undefined)],
  ["width", ({ shape }) => (shape.length === 3 ? shape[2] : undefined)],
  ["length", ({ shape, dtype }) => (dtype === "tokens" ? shape[0] : shape.length === 2 ? shape[1] : undefined)],
  ["size", ({ shape }) => sizeOf(shape)],
]);

/** What an out of a block cannot be called. */
export const attributeNames: readonly string[] = [...attributes.keys()];

/** `x.channels`, or `x.main` of a block with named outs. */
export function evaluateAttribute(node: Attribute, c: Context): Evaluated {
  const object = c.evaluate(node.object);
  const { name, span } = node.name;
  const from = object.kind === "outs" ? object : object.kind === "tensor" ? object.tensor.outs : undefined;
  const out = from?.outs.get(name);
  if (out !== undefined) return out;
  if (object.kind === "outs" || (from !== undefined && !attributes.has(name))) {
    reportNoOut(node, from!, c);
    return unknown;
  }
  const read = attributes.get(name);
  // What is not known may be a block's result, and the name one of its outs.
  if (object.kind === "unknown") return unknown;
  if (read === undefined) {
    const meant = didYouMean(name, attributes.keys());
    const help = `a value has ${[...attributes.keys()].map((key) => `.${key}`).join(", ")}`;
    const fix = meant && { title: `did you mean \`.${meant}\`?`, edits: [{ span, text: meant }] };
    c.reporter.add("CNN214", span, { name }, fix ? { fix } : { help });
    return unknown;
  }
  if (object.kind === "constant") {
    c.reporter.add("CNN312", node.object.span, { place: `what stands before \`.${name}\``, found: "a number or text" });
    return unknown;
  }
  const { type, history } = object.tensor;
  const value = read(type);
  if (value !== undefined) return constantOf(value);
  c.reporter.add("CNN325", span, { shape: describeShape(type.shape), name }, { notes: historyNotes(history, c.use) });
  return unknown;
}

function reportNoOut({ name }: Attribute, { word, outs }: { word: string; outs: Outs }, c: Context): void {
  const holes = { word, name: name.name };
  const list = { help: listOf([...outs.keys()]) };
  c.reporter.add("CNN238", name.span, holes, { ...list, ...suggestion(name, outs.keys()) });
}
