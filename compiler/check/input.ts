import type { Input, TypeExpression } from "../../grammar/index.ts";
import type { TensorType } from "../shape/tensor-type.ts";
import type { Context, ModelContext } from "./context.ts";
import { defineName } from "./define.ts";
import { checkDimension, checkDimensions, inBrackets } from "./dimensions.ts";
import { statementContext } from "./evaluator.ts";
import type { CheckedInput } from "./program.ts";
import { formatCount, MOST_ELEMENTS } from "./limits.ts";
import { tensorOf, unknown } from "./values.ts";
import { suggestion } from "./words.ts";

const inputTypes = ["u8", "f32", "tokens"] as const;

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
  const dtype = inputTypes.find((candidate) => candidate === word);
  if (dtype === undefined) {
    const help = "an input is `u8[C, H, W]` (bytes), `f32[…]` (numbers) or `tokens[length] in vocabulary`";
    const extras = { help, ...suggestion(node.name, inputTypes) };
    model.reporter.add("CNN216", node.name.span, { name: word, place: "an input" }, extras);
    return undefined;
  }
  const c = statementContext(model, name);
  if (dtype === "tokens") return tokensType(node, name, c);
  if (node.dims === undefined || node.arguments || node.from || node.within) {
    const expected = `\`${word}[C, H, W]\`, \`${word}[C, L]\` or \`${word}[C]\``;
    model.reporter.add("CNN327", node.span, { type: word, expected }, inBrackets(node));
    return undefined;
  }
  const shape = checkDimensions(node.dims, `\`${name}\``, node.span, c);
  return shape && { dtype, shape };
}

/** `tokens[64] in 10000` */
function tokensType(node: TypeExpression, name: string, c: Context): TensorType | undefined {
  const { dims = [], within, span } = node;
  const [length, second] = dims;
  if (length === undefined || second !== undefined || within === undefined || node.arguments || node.from) {
    c.reporter.add("CNN327", span, { type: "tokens", expected: "`tokens[length] in vocabulary`" });
    return undefined;
  }
  const what = `\`${name}\``;
  const shape = checkDimensions([length], what, span, c);
  const below = checkDimension(within, what, c);
  if (shape === undefined || below === undefined) return undefined;
  if (below < MOST_ELEMENTS) return { dtype: "tokens", shape, below };
  const holes = { what, expected: `below ${formatCount(MOST_ELEMENTS)}`, found: formatCount(below) };
  c.reporter.add("CNN316", within.span, holes);
  return undefined;
}
