import { didYouMean } from "../../../grammar/index.ts";
import type { Attribute } from "../../../grammar/index.ts";
import { sizeOf } from "../../shape/tensor-type.ts";
import type { Shape } from "../../shape/tensor-type.ts";
import type { Context } from "../context.ts";
import { constantOf, describeShape, historyNotes, unknown } from "../values.ts";
import type { Evaluated } from "../values.ts";

/** Sizes of a value that are known at compile time; nothing where its shape has no such side. */
const attributes: ReadonlyMap<string, (shape: Shape) => number | undefined> = new Map([
  ["channels", (shape) => shape[0]],
  ["height", (shape) => (shape.length === 3 ? shape[1] : undefined)],
  ["width", (shape) => (shape.length === 3 ? shape[2] : undefined)],
  ["length", (shape) => (shape.length === 2 ? shape[1] : undefined)],
  ["size", sizeOf],
]);

/** `x.channels` */
export function evaluateAttribute(node: Attribute, c: Context): Evaluated {
  const object = c.evaluate(node.object);
  const { name, span } = node.name;
  const read = attributes.get(name);
  if (read === undefined) {
    const meant = didYouMean(name, attributes.keys());
    const help = `a value has ${[...attributes.keys()].map((key) => `.${key}`).join(", ")}`;
    const fix = meant && { title: `did you mean \`.${meant}\`?`, edits: [{ span, text: meant }] };
    c.reporter.add("CNN214", span, { name }, fix ? { fix } : { help });
    return unknown;
  }
  if (object.kind === "unknown") return unknown;
  if (object.kind === "constant") {
    c.reporter.add("CNN312", node.object.span, { place: `what stands before \`.${name}\``, found: "a number or text" });
    return unknown;
  }
  const { type, history } = object.tensor;
  const value = read(type.shape);
  if (value !== undefined) return constantOf(value);
  c.reporter.add("CNN325", span, { shape: describeShape(type.shape), name }, { notes: historyNotes(history) });
  return unknown;
}
