import type { Input, TypeExpression } from "../../grammar/index.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import type { ModelContext } from "./context.ts";
import { defineName } from "./define.ts";
import { checkDimensions } from "./dimensions.ts";
import { statementContext } from "./evaluator.ts";
import type { CheckedInput } from "./program.ts";
import { tensorOf, unknown } from "./values.ts";
import { suggestion } from "./words.ts";

const inputTypes = ["u8", "f32"] as const;

/** `input image: u8[1, 28, 28]` */
export function checkInput(node: Input, model: ModelContext): CheckedInput | undefined {
  const name = node.name.name;
  const type = inputType(node.type, name, model);
  const value =
    type === undefined ? unknown : tensorOf({ name, type, history: { span: node.name.span, word: name, type } });
  defineName(node.name, { kind: "input", span: node.name.span, value }, model);
  if (type === undefined) return undefined;
  return { name, type, span: node.span, ...(node.doc && { doc: node.doc.text }) };
}

function inputType(node: TypeExpression, name: string, model: ModelContext): TensorType | undefined {
  const word = node.name.name;
  if (word === "tokens") {
    model.reporter.add("CNN258", node.name.span, {});
    return undefined;
  }
  const dtype = inputTypes.find((candidate) => candidate === word);
  if (dtype === undefined) {
    const help = "an input is `u8[C, H, W]` (bytes) or `f32[…]` (numbers)";
    const extras = { help, ...suggestion(node.name, inputTypes) };
    model.reporter.add("CNN216", node.name.span, { name: word, place: "an input" }, extras);
    return undefined;
  }
  if (node.dims === undefined || node.arguments || node.from || node.within) {
    model.reporter.add("CNN327", node.span, {
      type: word,
      expected: `\`${word}[C, H, W]\`, \`${word}[C, L]\` or \`${word}[C]\``,
    });
    return undefined;
  }
  const shape = checkDimensions(node.dims, `\`${name}\``, node.span, statementContext(model, name));
  return shape && { dtype, shape };
}
