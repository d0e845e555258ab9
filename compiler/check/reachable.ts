import type { CheckedOutput, CheckedTrain, LossExpression } from "./program.ts";
import type { NewLayer } from "./layer-list.ts";

/** The layers that an output or the loss needs, in their order: nothing else is compiled or stored. */
export function reachableLayers(
  layers: readonly NewLayer[],
  outputs: readonly CheckedOutput[],
  train: CheckedTrain | undefined,
): NewLayer[] {
  const needed = new Set(outputs.map(({ value }) => value));
  if (train) for (const name of predictionsOf(train.loss)) needed.add(name);
  for (const { name, operands } of [...layers].reverse())
    if (needed.has(name)) for (const operand of operands) needed.add(operand);
  return layers.filter(({ name }) => needed.has(name));
}

function predictionsOf(loss: LossExpression): string[] {
  if (loss.kind === "binary") return [...predictionsOf(loss.left), ...predictionsOf(loss.right)];
  return loss.kind === "loss" ? [loss.prediction] : [];
}
