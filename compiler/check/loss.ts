import { textOf } from "../../grammar/index.ts";
import type { Argument, Binary, Call, DiagnosticExtras, Expression, Identifier } from "../../grammar/index.ts";
import type { OperatorDiagnostics } from "../opkit/diagnostics.ts";
import { registry } from "../ops/registry.ts";
import { bindArguments, describe, evaluateAttributes } from "./arguments.ts";
import { functionNames } from "./constants/functions.ts";
import type { Context } from "./context.ts";
import { exchange, replacement } from "./fixes.ts";
import { needTensor } from "./operands.ts";
import type { CheckedOutput, LossExpression } from "./program.ts";
import { bindingNouns } from "./scope.ts";
import { historyNotes } from "./values.ts";
import type { Tensor } from "./values.ts";
import { listOf, resolveWord, suggestion, wordsOf } from "./words.ts";
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
  if (isBareLoss(node, c))
    return reportOperands({ name: node.kind === "Name" ? node.name : "", span: node.span }, false, outputs, c);
  const evaluated = c.evaluate(node);
  if (evaluated.kind === "unknown") return undefined;
  const value = evaluated.kind === "constant" ? evaluated.value : undefined;
  if (typeof value === "number") return { kind: "constant", value };
  const expected = "arithmetic of losses, like `cross_entropy(logits, label)`";
  const quoted =
    node.kind === "String"
      ? suggestion({ kind: "Identifier", name: node.value, span: node.span }, wordsOf("loss"))
      : {};
  const example = exampleOf(
    node.kind === "String" && registry.get(node.value)?.kind === "loss" ? node.value : "cross_entropy",
    outputs,
  );
  const help = node.kind === "String" ? `a loss stands without quotes and names its values: ${example}` : undefined;
  c.reporter.add("CNN321", node.span, { name: "loss", expected, found: describe(evaluated) }, { help, ...quoted });
  return undefined;
}

/** `loss = cross_entropy`, as other tools have it. */
function isBareLoss(node: Expression, { scope }: Context): boolean {
  return node.kind === "Name" && registry.get(node.name)?.kind === "loss" && scope.get(node.name) === undefined;
}

function exampleOf(loss: string, outputs: Outputs): string {
  return `\`${loss}(logits, ${[...outputs.keys()][0] ?? "label"})\``;
}

/** What a loss compares is not given. */
function reportOperands(
  { name, span }: Pick<Identifier, "name" | "span">,
  hasPrediction: boolean,
  outputs: Outputs,
  c: Context,
): undefined {
  const missing = hasPrediction ? "an output as its target" : "a value and an output";
  c.reporter.add("CNN211", span, { operator: name, missing }, { help: `for example ${exampleOf(name, outputs)}` });
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
  if (predictionNode === undefined || targetNode === undefined)
    return reportOperands(call.callee, predictionNode !== undefined, outputs, c);
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
  const [only, second] = [...outputs.keys()];
  const near = isUnknown ? suggestion({ kind: "Identifier", name, span: node.span }, outputs.keys()) : {};
  const isOnly = second === undefined && only !== undefined && near.fix === undefined;
  const fix = isOnly ? { fix: replacement(node.span, only) } : near;
  const order = `the value comes first, then the output: \`${call.callee.name}(${holes.found}, …)\``;
  const swap = { help: order, fix: exchange(prediction.value, node) };
  c.reporter.add("CNN322", target.span, holes, swapped ? swap : { help, ...fix });
  return swapped ? "swapped" : undefined;
}

class Misfit extends Error {}

/** Of the losses that fit, the one that is meant unless something is said for another. */
const customary = ["cross_entropy", "binary_cross_entropy", "mse"];

function otherLoss(
  { callee, arguments: given }: Call,
  { kind }: CheckedOutput,
  fitting: readonly string[],
): DiagnosticExtras {
  const first = customary.find((name) => fitting.includes(name));
  const help = `of ${kind === "tensor" ? "an `f32`" : `a \`${kind}\``} output ${listOf(fitting).replace(/^there are/, "the losses are")}`;
  return first === undefined || given.length > 2 ? { help } : { help, fix: replacement(callee.span, first) };
}

/** The losses that can compare a value with an output, their options left at their defaults. */
function lossesFor({ type }: Tensor, target: CheckedOutput): string[] {
  return wordsOf("loss").filter((name) => {
    const definition = registry.get(name) as DefinitionOf<"loss">;
    const presets = Object.entries(definition.attributes).map(([key, attribute]) => [key, attribute.default]);
    const fail = (): never => {
      throw new Misfit();
    };
    try {
      definition.check({
        prediction: type,
        target,
        attributes: Object.fromEntries(presets),
        warn: () => undefined,
        fail,
      });
      return true;
    } catch (error) {
      if (error instanceof Misfit) return false;
      throw error;
    }
  });
}

function fits(
  call: Call,
  definition: DefinitionOf<"loss">,
  prediction: Tensor,
  target: CheckedOutput,
  attributes: Readonly<Record<string, unknown>>,
  c: Context,
): boolean {
  const notes = historyNotes(prediction.history, c.use);
  const report = <C extends keyof OperatorDiagnostics>(code: C, holes: OperatorDiagnostics[C]): void => {
    const fitting = lossesFor(prediction, target);
    const others = fitting.includes(definition.name) ? [] : fitting;
    c.reporter.add(code, call.span, holes as never, others.length > 0 ? otherLoss(call, target, others) : { notes });
  };
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
