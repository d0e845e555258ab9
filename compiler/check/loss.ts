import { textOf } from "../../grammar/index.ts";
import type { Argument, Binary, Call, Expression } from "../../grammar/index.ts";
import type { OperatorDiagnostics } from "../opkit/diagnostics.ts";
import { bindArguments, describe, evaluateAttributes } from "./arguments.ts";
import { functionNames } from "./constants/functions.ts";
import type { Context } from "./context.ts";
import { needTensor } from "./operands.ts";
import type { CheckedOutput, LossExpression } from "./program.ts";
import { bindingNouns } from "./scope.ts";
import { historyNotes } from "./values.ts";
import type { Tensor } from "./values.ts";
import { resolveWord, suggestion } from "./words.ts";
import type { DefinitionOf } from "./words.ts";

/** The model's outputs by name; one whose check failed is there without a meaning. */
export type Outputs = ReadonlyMap<string, CheckedOutput | undefined>;

type LossOperator = Extract<LossExpression, { kind: "binary" }>["operator"];
const operators: readonly string[] = ["+", "-", "*", "/"] satisfies LossOperator[];

/** `binary_cross_entropy(a, b) + 0.5 * dice(a, b)`; nothing when a part of it is in error. */
export function checkLoss(node: Expression, outputs: Outputs, c: Context): LossExpression | undefined {
  if (node.kind === "Paren") return checkLoss(node.value, outputs, c);
  if (node.kind === "Call" && !functionNames.includes(node.callee.name)) return checkLossCall(node, outputs, c);
  if (node.kind === "Unary" && node.operator === "-") {
    const right = checkLoss(node.operand, outputs, c);
    return right && { kind: "binary", operator: "-", left: { kind: "constant", value: 0 }, right };
  }
  if (node.kind === "Binary" && operators.includes(node.operator)) return checkArithmetic(node, outputs, c);
  const evaluated = c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  const value = evaluated.kind === "constant" ? evaluated.value : undefined;
  if (typeof value === "number") return { kind: "constant", value };
  const expected = "arithmetic of losses, like `cross_entropy(logits, label)`";
  c.reporter.add("CNN321", node.span, { name: "loss", expected, found: describe(evaluated) });
  return undefined;
}

function checkArithmetic(node: Binary, outputs: Outputs, c: Context): LossExpression | undefined {
  const left = checkLoss(node.left, outputs, c);
  const right = checkLoss(node.right, outputs, c);
  if (left === undefined || right === undefined) return undefined;
  if (left.kind !== "constant" || right.kind !== "constant")
    return { kind: "binary", operator: node.operator as LossOperator, left, right };
  const evaluated = c.evaluate(node);
  return evaluated.kind === "constant" ? { kind: "constant", value: evaluated.value as number } : undefined;
}

function checkLossCall(call: Call, outputs: Outputs, c: Context): LossExpression | undefined {
  const definition = resolveWord(call.callee, "loss", c);
  if (definition === undefined) return undefined;
  const bound = bindArguments(call, ["prediction", "target"], definition, c);
  if (bound === undefined) return undefined;
  const [predictionNode, targetNode] = [bound.get("prediction"), bound.get("target")];
  if (predictionNode === undefined || targetNode === undefined) {
    const missing = predictionNode === undefined ? "a value and an output" : "an output as its target";
    const help = `for example \`${definition.name}(logits, ${[...outputs.keys()][0] ?? "label"})\``;
    c.reporter.add("CNN211", call.callee.span, { operator: definition.name, missing }, { help });
    return undefined;
  }
  const target = targetOf(call, targetNode, predictionNode, outputs, c);
  if (target === "swapped") return undefined;
  const prediction = needTensor(predictionNode.value, `the first argument of \`${definition.name}\``, c);
  const attributes = evaluateAttributes(definition, bound, c);
  if (target === undefined || prediction.kind === "unknown" || attributes === undefined) return undefined;
  if (!fits(call, definition, prediction.tensor, target, attributes, c)) return undefined;
  return {
    kind: "loss",
    definition,
    attributes,
    prediction: prediction.tensor.name,
    target: target.name,
    span: call.span,
  };
}

/** The output that the second argument names. An output in the first argument's place points at a swap. */
function targetOf(
  call: Call,
  target: Argument,
  prediction: Argument,
  outputs: Outputs,
  c: Context,
): CheckedOutput | "swapped" | undefined {
  const node = target.value;
  const name = node.kind === "Name" ? node.name : undefined;
  if (name !== undefined && outputs.has(name)) return outputs.get(name);
  const binding = name === undefined ? undefined : c.scope.get(name);
  const isUnknown = name !== undefined && binding === undefined;
  const what = binding ? bindingNouns[binding.kind] : isUnknown ? "not defined" : "an expression";
  const holes = { loss: call.callee.name, found: name ?? textOf(node.span).replace(/\s+/g, " "), what };
  const swapped = prediction.value.kind === "Name" && outputs.has(prediction.value.name);
  const help = `the outputs are ${[...outputs.keys()].map((output) => `\`${output}\``).join(", ")}`;
  const fix = isUnknown ? suggestion({ kind: "Identifier", name, span: node.span }, outputs.keys()) : {};
  const swap = { help: `the value comes first, then the output: \`${call.callee.name}(${holes.found}, …)\`` };
  c.reporter.add("CNN322", target.span, holes, swapped ? swap : { help, ...fix });
  return swapped ? "swapped" : undefined;
}

class Misfit extends Error {}

function fits(
  call: Call,
  definition: DefinitionOf<"loss">,
  prediction: Tensor,
  target: CheckedOutput,
  attributes: Readonly<Record<string, unknown>>,
  c: Context,
): boolean {
  const notes = historyNotes(prediction.history, c.use);
  const report = <C extends keyof OperatorDiagnostics>(code: C, holes: OperatorDiagnostics[C]): void =>
    c.reporter.add(code, call.span, holes as never, { notes });
  try {
    definition.check({
      prediction: prediction.type,
      target,
      attributes: attributes as never,
      warn: report,
      fail: (code, holes) => {
        report(code, holes);
        throw new Misfit();
      },
    });
    return true;
  } catch (error) {
    if (error instanceof Misfit) return false;
    throw error;
  }
}

/** Whether a loss compares anything with a target at all. */
export function hasTarget(loss: LossExpression): boolean {
  if (loss.kind === "binary") return hasTarget(loss.left) || hasTarget(loss.right);
  return loss.kind === "loss";
}
